"""Print the receipt's JSON Schema: `python -m fourbeat.receipt.schema`."""

import json

from fourbeat.receipt.model import Receipt

if __name__ == "__main__":
    print(json.dumps(Receipt.model_json_schema(), indent=2, ensure_ascii=False))
