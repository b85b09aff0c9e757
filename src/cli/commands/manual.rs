//! Runs `cutover man` and `cutover completions`: the command line described for `man` and for shells.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::super::console;
use crate::exit_code::PASSED;
use crate::fs::output::write_atomically;

/// `cutover man`.
#[derive(Args, Debug)]
#[command(after_help = MAN_HELP)]
pub(crate) struct ManArgs {
    /// Write a page for each command to this folder, instead of the page of cutover to stdout
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

const MAN_HELP: &str = "\
Examples:
  cutover man | man -l -
  cutover man --dir ~/.local/share/man/man1     then: man cutover-run";

/// `cutover completions`.
#[derive(Args, Debug)]
#[command(after_help = COMPLETIONS_HELP)]
pub(crate) struct CompletionArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

const COMPLETIONS_HELP: &str = "\
Examples:
  cutover completions bash > ~/.local/share/bash-completion/completions/cutover
  cutover completions zsh > ~/.zfunc/_cutover       with fpath+=~/.zfunc before compinit in ~/.zshrc
  cutover completions fish > ~/.config/fish/completions/cutover.fish
  cutover completions powershell >> $PROFILE";

/// Prints what `shell` completes, and returns the exit code.
pub(crate) fn completions(args: &CompletionArgs, mut command: Command) -> Result<u8, u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "cutover", &mut script);
    console::print(&String::from_utf8_lossy(&script));
    Ok(PASSED)
}

/// Prints or writes the manual, and returns the exit code.
pub(crate) fn manual(args: &ManArgs, command: Command) -> Result<u8, u8> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let done = match &args.dir {
        None => page(&command).map(|text| console::print(&text)),
        Some(folder) => write(&command, folder),
    };
    done.map(|()| PASSED).map_err(|cause| console::refuse("man", &format!("{cause}; give another folder with --dir")))
}

/// Writes the page of `command` and those below it.
fn write(command: &Command, folder: &Path) -> io::Result<()> {
    write_atomically(&folder.join(Man::new(command.clone()).get_filename()), &page(command)?)?;
    command.get_subcommands().try_for_each(|below| write(below, folder))
}

/// The page of one command: its examples are lines of their own, which a manual page would otherwise run together.
fn page(command: &Command) -> io::Result<String> {
    let man = Man::new(command.clone()).manual("cutover");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    synopsis(command).to_writer(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (notes, examples) = help.split_once("Examples:\n").unwrap_or((&help, ""));
    let mut roff = Roff::new();
    if !notes.trim().is_empty() {
        roff.control("SH", ["NOTES"]).text([roman(notes.trim())]);
    }
    if !examples.is_empty() {
        roff.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in examples.trim_end().lines() {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
        roff.control("fi", []);
    }
    roff.to_writer(&mut text)?;
    String::from_utf8(text).map_err(io::Error::other)
}

/// How the command is called, as its help says it: all options by name would be a paragraph that nobody reads.
fn synopsis(command: &Command) -> Roff {
    let usage = command.clone().render_usage().to_string();
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]).control("nf", []);
    for line in usage.trim_start_matches("Usage:").lines() {
        roff.text([roman(line.trim())]);
    }
    roff.control("fi", []);
    roff
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use crate::cli::Cli;

    /// The words of an example behind its variables, up to what it is piped into or what is said of it.
    fn words(line: &str) -> Vec<String> {
        let line = line.trim().split("  ").next().unwrap_or(line);
        let split = regex::Regex::new(r"'([^']*)'|(\S+)").unwrap();
        let words = split.captures_iter(line).map(|found| found.get(1).or(found.get(2)).unwrap().as_str().to_owned());
        words
            .skip_while(|word| word.contains("_URL="))
            .take_while(|word| !["|", ">", ">>", "&&"].contains(&word.as_str()))
            .collect()
    }

    /// Catches a command without examples, and an example that the program does not take.
    #[test]
    fn every_command_has_examples_that_it_takes() {
        let command = Cli::command();
        for one in std::iter::once(&command).chain(command.get_subcommands()) {
            let help = one.get_after_help().map(ToString::to_string).unwrap_or_default();
            let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("{}", one.get_name()));
            for line in examples.lines() {
                let parsed = Cli::try_parse_from(words(line.trim()));
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            }
        }
    }
}
