"""Prints the documents of a YAML file as JSON. `on` stays a word, as GitHub and YAML 1.2 read it."""

import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    pass


for letter in "OoYyNn":
    kept = [pair for pair in Loader.yaml_implicit_resolvers.get(letter, []) if pair[0] != "tag:yaml.org,2002:bool"]
    Loader.yaml_implicit_resolvers[letter] = kept

with open(sys.argv[1], encoding="utf-8") as file:
    print(json.dumps(list(yaml.load_all(file, Loader))))
