"""Large classes made from the sample class: each copy differs, so that nothing can be reused."""

import json
from pathlib import Path


def make_class(sample: Path, folder: Path, count: int, seed: int = 0) -> list[Path]:
    """Write ``count`` different notebooks into a folder, going round the sample class.

    Args:
        seed: makes the copies of two classes differ.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted(sample.glob("*.ipynb"))
    made = []
    for number in range(count):
        source = sources[number % len(sources)]
        notebook = json.loads(source.read_text(encoding="utf-8"))
        notebook["metadata"]["copy"] = [seed, number]
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code" and "otter" in cell.get("metadata", {}):
                text = "".join(cell["source"])
                cell["source"] = f"{text}\n# submission {seed}-{number}"
        path = folder / f"{number:06d}-{source.name}"
        path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
        made.append(path)
    return made
