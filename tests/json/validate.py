#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""validate.py SCHEMA FILE: each line of FILE against a JSON Schema, taken strictly: a key that
the schema does not know is an error here, though readers must let it pass (keys are added)."""
import json
import sys

import jsonschema


def strict(node):
    if isinstance(node, dict):
        for value in node.values():
            strict(value)
        if "properties" in node and "explore" not in node["properties"]:
            node["additionalProperties"] = False
    elif isinstance(node, list):
        for value in node:
            strict(value)


with open(sys.argv[1]) as f:
    schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
strict(schema)
validator = jsonschema.Draft202012Validator(schema)
count = 0
with open(sys.argv[2]) as f:
    for line in f:
        count += 1
        value = json.loads(line)
        errors = list(validator.iter_errors(value))
        if errors:
            best = jsonschema.exceptions.best_match(errors)
            for sub in errors[0].context or []:
                print("   ", sub.json_path, sub.message[:300])
            sys.exit(f"{sys.argv[2]}:{count}: {best.message[:300]}\n{line[:600]}")
if count == 0:
    sys.exit(f"{sys.argv[2]}: nothing was printed")
print(f"{sys.argv[2]}: {count} objects")
