"""Reads a metrics file with the reference parsers of OpenMetrics and of the older Prometheus text, and prints as JSON
what each understood."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus


def read(parser, text):
    return [
        {
            "name": family.name,
            "type": family.type,
            "unit": family.unit,
            "help": family.documentation,
            "samples": [{"name": s.name, "labels": s.labels, "value": s.value} for s in family.samples],
        }
        for family in parser(text)
    ]


with open(sys.argv[1], encoding="utf-8", newline="") as file:
    text = file.read()
print(json.dumps({"openmetrics": read(openmetrics, text), "prometheus": read(prometheus, text)}))
