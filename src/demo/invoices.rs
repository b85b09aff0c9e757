//! The invoices of the demo: a table whose faults are systematic, as those of a migration are, so that what the differing
//! rows have in common can be said.
//!
//! Pure, as the rest of the shop is.

/// 2026-01-01 in days since 1970-01-01.
pub const FIRST_DAY: i32 = 20_454;

/// Invoices of each day.
const PER_DAY: i32 = 200;
/// Days the invoices cover.
const DAYS: i32 = 10;
const MICROS_PER_HOUR: i64 = 3_600_000_000;
/// Characters of a note that the new side keeps.
const NOTE: usize = 40;

/// Day that was not copied, in days since 1970-01-01: 2026-01-05.
pub const LOST_DAY: i32 = FIRST_DAY + 4;
/// Currency whose amounts are a hundred times what they were: it has no cents.
pub const CENTLESS: &str = "JPY";
/// Country whose times are an hour later.
pub const SHIFTED: &str = "GB";
/// Hours in which invoices of the US were written twice, where nothing else became of them.
pub const RETRIED: std::ops::Range<i64> = 3..6;

/// Country, currency, and two cities.
const PLACES: [(&str, &str, [&str; 2]); 5] = [
    ("DE", "EUR", ["Köln", "Düsseldorf"]),
    ("FR", "EUR", ["Besançon", "Orléans"]),
    ("GB", "GBP", ["Leeds", "Hull"]),
    ("JP", "JPY", ["Osaka", "Kobe"]),
    ("US", "USD", ["Boise", "Akron"]),
];

/// An invoice, alike on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Invoice {
    /// Unique, in order of time.
    pub id: i64,
    /// Who is to pay.
    pub customer: String,
    /// Its address.
    pub email: String,
    /// Country of the customer.
    pub country: String,
    /// City of the customer.
    pub city: String,
    /// Currency of the amount.
    pub currency: String,
    /// Hundredths of the currency.
    pub amount: i64,
    /// NULL where there is none.
    pub coupon: Option<String>,
    /// What is on it.
    pub note: String,
    /// Microseconds since 1970-01-01T00:00:00 UTC, whole seconds.
    pub paid_at: i64,
    /// UTC day of the invoice, in days since 1970-01-01.
    pub day: i32,
}

/// Returns the invoices as both sides should have them.
pub fn clean() -> Vec<Invoice> {
    (0..DAYS * PER_DAY).map(invoice).collect()
}

fn invoice(number: i32) -> Invoice {
    // Steps that share no factor with what they go round in, so that one column says little about another.
    let turn = |step: i32, of: i32| (number * step + number / 7) % of;
    let place = PLACES[usize::try_from(turn(13, 5)).expect("not negative")];
    let customer = turn(29, 83);
    let day = FIRST_DAY + number / PER_DAY;
    let second = i64::from(turn(7_919, 86_399));
    let words = ["seats", "storage", "support", "training", "tokens"];
    let item = |at: i32| words[usize::try_from(turn(at, 5)).expect("not negative")];
    Invoice {
        id: i64::from(number) + 1,
        customer: format!("customer-{customer:02}"),
        email: format!("{}{customer:02}@example.org", if customer % 3 == 0 { "Billing" } else { "billing" }),
        country: place.0.to_owned(),
        city: place.2[usize::from(number % 2 == 0)].to_owned(),
        currency: place.1.to_owned(),
        amount: 100 + i64::from(turn(104_729, 99_991)),
        coupon: (turn(11, 4) > 0).then(|| format!("SPRING{}", turn(17, 90) + 10)),
        note: if turn(3, 6) == 0 {
            format!("{} and {} for the whole of the year {number}", item(5), item(9))
        } else {
            format!("{} {number}", item(5))
        },
        paid_at: (i64::from(day) * 86_400 + second) * 1_000_000,
        day,
    }
}

/// Returns what became of `clean` on the new side: each fault is one that migrations have.
pub fn planted(clean: &[Invoice]) -> Vec<Invoice> {
    let kept: Vec<&Invoice> = clean.iter().filter(|invoice| invoice.day != LOST_DAY).collect();
    let mut new: Vec<Invoice> = kept.iter().map(|invoice| changed((*invoice).clone())).collect();
    let hour = |invoice: &Invoice| invoice.paid_at / MICROS_PER_HOUR % 24;
    let is_retried = |old: &Invoice| RETRIED.contains(&hour(old)) && changed(old.clone()) == *old;
    new.extend(kept.into_iter().filter(|old| is_retried(old)).cloned());
    new
}

fn changed(mut invoice: Invoice) -> Invoice {
    if invoice.currency == CENTLESS {
        invoice.amount *= 100;
    }
    if invoice.country == SHIFTED {
        invoice.paid_at += MICROS_PER_HOUR;
    }
    invoice.email = invoice.email.to_lowercase();
    invoice.city = invoice.city.bytes().map(char::from).collect();
    invoice.note = invoice.note.chars().take(NOTE).collect();
    invoice.coupon = Some(invoice.coupon.unwrap_or_default());
    invoice
}
