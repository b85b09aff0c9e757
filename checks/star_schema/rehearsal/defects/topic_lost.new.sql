-- A topic that was renamed in between was not found, and NULL was written.

UPDATE metric_facts SET topic = NULL WHERE topic = 'Quality' AND id % 5 = 0;
