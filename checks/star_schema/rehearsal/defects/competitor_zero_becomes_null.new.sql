-- The service writes `value || null` for competitors: zeros leave the average.

UPDATE competitor_metrics SET visibility_index = NULL WHERE visibility_index = 0;

UPDATE competitor_metrics SET share_of_answers = NULL WHERE share_of_answers = 0;
