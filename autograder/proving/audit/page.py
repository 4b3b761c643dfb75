"""The audit as a page in Markdown with a picture beside it."""

from pathlib import Path

from autograder.proving.audit.report import QuestionAudit

TEXT = (
    "# How strong the hidden tests are",
    "",
    "`make audit` changes each reference solution in one place at a time, in the ways students",
    "go wrong, and sends every changed solution (a *mutant*) through the question's tests in the",
    "sandbox. A mutant that fails a test case is *killed*. Mutants that are right answers too are",
    "*equivalent*: each is listed, with the reason, in its assignment's `bank/equivalent.toml`.",
    "At least 95 % of the others must be killed.",
    "",
    "The answers of each `bank/`, right and wrong ones, are labelled with the outcome of every",
    "test case. A *false reject* is a test case that fails where it should pass, a *false accept*",
    "one that passes where it should fail.",
    "",
    "Two more axes are generated from the right answers of each bank. *Style*: a right answer is",
    "rewritten by steps that keep its meaning (other names, a helper more or less, a lambda, a",
    "class, a partial, other loops, split cells, magics, checks and scratch cells around it,",
    "another way to keep an error or to draw a curve, NumPy's whole numbers, combinations of",
    "these); none may be *refused*. *Carelessness*: a right answer is spoilt in the ways that",
    "`bank/careless.toml` names for its question (it changes its input, keeps its first result,",
    "works for one example, for squares, for positive entries only, casts its result, …); at least",
    "98 % must be *caught*, and each one that passes is justified there. Each variant ran once.",
    "",
)
RUNS = (
    "Each mutant and each answer was run {repeats} times, with other random inputs in the tests;\n"
    "*flaky* are those whose verdict was not the same each time. A mutant that never ends ran once."
)
ONCE = (
    "Each mutant and each answer was run once, with the inputs with which marks are given; what\n"
    "is *flaky*, with a verdict that other inputs change, shows only in more runs."
)


def write_page(path: Path, found: dict[str, dict[str, QuestionAudit]]) -> None:
    """Write ``path`` and, beside it, a picture of the same stem.

    Args:
        found: assignment -> question -> what the audit counted.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = path.with_suffix(".png")
    _draw(picture, found)
    lines = [
        *TEXT,
        f"![Share of mutants killed per question]({picture.name})",
        "",
    ]
    for name, audits in found.items():
        lines += [
            f"## {name}",
            "",
            _runs(audits),
            "",
            "| question | mutants | killed | by public tests alone | equivalent | valid answers "
            "| misconceptions | false rejects | false accepts | flaky |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for question, one in audits.items():
            total = one.killed + one.survived
            lines.append(
                f"| {question} | {total} | {one.killed} ({one.share:.1%}) | {one.killed_by_public} "
                f"({one.killed_by_public / max(1, total):.0%}) | {one.equivalent} | {one.valid} | "
                f"{one.misconceptions} | {one.false_rejects} | {one.false_accepts} | {one.flaky} |"
            )
        lines += ["", *_variants(audits), ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def _runs(audits: dict[str, QuestionAudit]) -> str:
    least = min((one.repeats for one in audits.values()), default=0)
    return RUNS.format(repeats=least) if least > 1 else ONCE


def _variants(audits: dict[str, QuestionAudit]) -> list[str]:
    lines = [
        "| question | styles tried | refused | slips tried | accepted | caught |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for question, one in audits.items():
        lines.append(
            f"| {question} | {one.style_tried} | {one.style_refused} | {one.careless_tried} | "
            f"{one.careless_accepted} | {one.caught:.1%} |"
        )
    return lines


def _draw(path: Path, found: dict[str, dict[str, QuestionAudit]]) -> None:
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    rows = [(f"{name} {q}", one) for name, audits in found.items() for q, one in audits.items()]
    figure, axes = plt.subplots(figsize=(8, 0.34 * len(rows) + 1.2))
    places = range(len(rows))
    axes.barh(places, [100 * one.share for _, one in rows], 0.7, color="#90b4dc",
              label="hidden and public tests")  # fmt: skip
    public = [100 * one.killed_by_public / max(1, one.killed + one.survived) for _, one in rows]
    axes.barh(places, public, 0.32, color="#b7571c", label="public tests alone")
    axes.axvline(95, color="black", linewidth=1.2, linestyle=":")
    axes.set_yticks(places, [label for label, _ in rows], fontsize=8)
    axes.set_xlim(0, 100)
    axes.set_xlabel("mutants killed, %  (dotted: the bar of 95 %)", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.legend(fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=130, metadata={"Software": None})
    plt.close(figure)
