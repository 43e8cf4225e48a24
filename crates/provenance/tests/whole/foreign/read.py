"""What the coalition's own library reads in files: one JSON object a line. Arguments: files."""

import json
import mimetypes
import sys

import c2pa

KINDS = {"webp": "image/webp", "m4a": "audio/mp4", "wav": "audio/wav", "svg": "image/svg+xml"}

for name in sys.argv[1:]:
    kind = KINDS.get(name.rsplit(".", 1)[-1]) or mimetypes.guess_type(name)[0]
    with open(name, "rb") as stream, c2pa.Reader(kind, stream) as reader:
        store = json.loads(reader.json())
    active = store["manifests"][store["active_manifest"]]
    found = {
        "state": store["validation_state"],
        "codes": [status["code"] for status in store.get("validation_status", [])],
        "claim_version": active.get("claim_version"),
        "actions": [
            (action["action"], action.get("digitalSourceType", "").rsplit("/", 1)[-1])
            for assertion in active["assertions"]
            if assertion["label"].startswith("c2pa.actions")
            for action in assertion["data"]["actions"]
        ],
        "soft_bindings": [
            assertion["data"]["alg"]
            for assertion in active["assertions"]
            if assertion["label"] == "c2pa.soft-binding"
        ],
        "thumbnail": active.get("thumbnail", {}).get("format"),
        "ingredients": [item["relationship"] for item in active.get("ingredients", [])],
    }
    print(json.dumps(found))
