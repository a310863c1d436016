import json
from pathlib import Path


def rows(path):
    """The lines of a .jsonl file; a last line without its newline is still being written."""
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.split("\n")[:-1]]


def read_run(folder):
    folder = Path(folder)
    config = json.loads((folder / "config.json").read_text())
    assert config["format"] == 1, "a newer fqgan wrote this run"
    summary = folder / "summary.json"
    return {
        "id": config["id"],
        "seed": config["seed"],
        "done": (folder / "done").exists(),
        # NaN and infinities are the strings "NaN", "Infinity", "-Infinity": float() reads them
        "loss": [(row["step"], float(row["train/loss"])) for row in rows(folder / "metrics.jsonl")
                 if "train/loss" in row],
        "metrics": json.loads(summary.read_text())["metrics"] if summary.exists() else {},
    }


for folder in sorted(Path("runs").glob("tokenizer-*")):
    run = read_run(folder)
    print(run["id"], run["metrics"].get("test/psnr"))
