SELECT id, customer, email, country, city, currency, amount, coupon, note, paid_at, day FROM invoices
