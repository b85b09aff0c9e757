-- An inner join to traces dropped what belongs to none.
ALTER TABLE exp_traces_amt DELETE WHERE startsWith(id, 'lost-') SETTINGS mutations_sync = 2;
