-- A window that begins or ends within a day cuts buckets in two, and every check of hours or days fails for that alone.
SELECT {{ from }} AS window_from, {{ to }} AS window_to
WHERE {{ from }} >= {{ to }} OR date_trunc('day', {{ from }}, 'UTC') <> {{ from }} OR date_trunc('day', {{ to }}, 'UTC') <> {{ to }}
