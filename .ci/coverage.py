"""Print what share of lines and of branches the tests have run, and where most is left.

The goals are 95 % of lines and 90 % of branches.
"""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
totals = report["totals"]
lines = totals["covered_lines"] / totals["num_statements"]
branches = totals["covered_branches"] / totals["num_branches"]
print(f"coverage: lines {lines:.1%} (goal 95 %), branches {branches:.1%} (goal 90 %)")
left = sorted(
    (entry["summary"]["missing_lines"], name, entry["missing_lines"])
    for name, entry in report["files"].items()
)
for n_missing, name, missing in left[:-6:-1]:
    print(f"  {n_missing:4d} lines of {name}: {str(missing)[1:-1]:.60}")
