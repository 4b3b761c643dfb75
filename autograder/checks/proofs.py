"""Proofs put in order: the student lists the ids of printed blocks, the data says what is right.

A proof is data: for each needed block the blocks that it uses, and for each distractor the
misconception behind it. Every order in which a block stands after all that it uses is right. The
partial credit is (n - d) / n for n needed blocks, d being the fewest insertions and deletions that
turn the student's list into some right order (Poulsen et al., arXiv 2204.04196).

d needs no search. Of the listed needed blocks, those that may stay are a largest set without an
inverted pair (a block standing before one that it uses, or a repetition). Inverted pairs are
transitive, so they form a partial order, the set is a largest antichain, and by Dilworth's and
König's theorems its size is the number of blocks minus a maximum bipartite matching.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from autograder.checks.answers import describe

MAX_LISTED = 200


@dataclass(frozen=True)
class Proof:
    """A proof as data.

    Attributes:
        blocks: id of each needed block -> ids of the blocks that it uses, separated by blanks.
        distractors: id of each block that belongs in no right proof -> bilingual message that
            teaches why, starting with the slug of its misconception: ``"[slug] English ‖ 中文"``.

    Raises:
        ValueError: a block uses an unknown one, uses itself in the end, or is a distractor too.
    """

    blocks: dict[str, str]
    distractors: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, used in self.blocks.items():
            unknown = set(used.split()) - set(self.blocks)
            if unknown:
                raise ValueError(f"block {name} uses {sorted(unknown)}: no needed block")
        both = set(self.blocks) & set(self.distractors)
        circular = sorted(name for name, used in self.requirements.items() if name in used)
        if both or circular:
            raise ValueError(f"both needed and distractor: {sorted(both)}; circular: {circular}")

    @cached_property
    def requirements(self) -> dict[str, frozenset[str]]:
        """Id of each needed block -> ids of all the blocks that must stand before it."""
        found = {}
        for name in self.blocks:
            stack, seen = self.blocks[name].split(), set()
            while stack:
                used = stack.pop()
                if used not in seen:
                    seen.add(used)
                    stack.extend(self.blocks[used].split())
            found[name] = frozenset(seen)
        return found


def distance(proof: Proof, order: Sequence[str]) -> int:
    """Return the fewest insertions and deletions that turn a list of ids into a right order."""
    listed = [name for name in order if name in proof.blocks]
    kept = len(listed) - _maximum_matching(_inversions(proof, listed))
    return len(order) + len(proof.blocks) - 2 * kept


def credit(proof: Proof, order: Sequence[str]) -> Fraction:
    """Return the share (n - d) / n of the points that a list of ids earns, at least 0."""
    needed = len(proof.blocks)
    return max(Fraction(0), Fraction(needed - distance(proof, order), needed))


def require_share(proof: Proof, answer: object, name: str, share: Fraction | str) -> None:
    """Require that an answer earns a share of the points.

    Args:
        answer: what the student's name is bound to.
        name: that name, for the message.
        share: the least credit, e.g. ``Fraction(1, 3)`` or ``"1/3"``.

    Raises:
        AssertionError: it does not, or is no list of ids.
    """
    order = _read(answer, name)
    needed = len(proof.blocks)
    allowed = int(needed * (1 - Fraction(share)))
    away = distance(proof, order)
    assert away <= allowed, (
        f"Your list is {away} insertions or deletions away from a right proof; here it may be "
        f"{allowed} away at most. "
        f"‖ 你的顺序与正确证明相差 {away} 次插入或删除；此处最多允许 {allowed} 次。"
    )


def require_whole(proof: Proof, answer: object, name: str) -> None:
    """Require that an answer is a right proof, and explain its first flaw if it is not.

    Raises:
        AssertionError: it is not, or is no list of ids.
    """
    order = _read(answer, name)
    for check in (_check_known, _check_distractors, _check_repetitions, _check_uses):
        check(proof, order)
    missing = len(set(proof.blocks) - set(order))
    assert not missing, (
        "[missing-step] Every block stands in a right place, but the proof is not finished; "
        f"needed blocks that are missing: {missing}. "
        f"‖ 每个步骤的位置都对，但证明还不完整：还缺少 {missing} 个必需的步骤。"
    )


def _read(answer: object, name: str) -> list[str]:
    found: str | None = describe(answer)
    items = answer if isinstance(answer, (list, tuple)) else ()
    if type(answer) in (list, tuple):
        found = next((describe(item) for item in items if not isinstance(item, str)), None)
        found = found and f"list / {found}"
    assert found is None, (
        f"{name}: expected a list of block ids in quotes, found {found}. "
        f"‖ {name}：应为由加引号的步骤编号组成的列表，实为 {found}。"
    )
    assert 0 < len(items) <= MAX_LISTED, (
        f"{name} lists {len(items)} blocks. ‖ {name} 中列出了 {len(items)} 个步骤。"
    )
    return [str(item).strip().upper() for item in items]


def _check_known(proof: Proof, order: list[str]) -> None:
    for name in order:
        assert name in proof.blocks or name in proof.distractors, (
            f"[unknown-block] There is no block {name[:20]!r} in the table. "
            f"‖ 表中没有编号为 {name[:20]!r} 的步骤。"
        )


def _check_distractors(proof: Proof, order: list[str]) -> None:
    for name in order:
        assert name not in proof.distractors, proof.distractors.get(name)


def _check_repetitions(proof: Proof, order: list[str]) -> None:
    for index, name in enumerate(order):
        assert name not in order[:index], (
            f"[repeated-step] Block {name} stands in your list more than once; a step is shown "
            f"once and may then be used as often as you like. ‖ 步骤 {name} 出现了不止一次；"
            "一个步骤只需证明一次，之后可以反复使用。"
        )


def _check_uses(proof: Proof, order: list[str]) -> None:
    seen: set[str] = set()
    for name in order:
        lacking = proof.requirements[name] - seen
        assert not lacking & set(order), (
            f"[step-too-early] Block {name} uses something that your proof shows only after it. "
            f"‖ 步骤 {name} 用到了你在它之后才证明的内容。"
        )
        assert not lacking, (
            f"[missing-step] Block {name} uses something that your proof never shows. "
            f"‖ 步骤 {name} 用到了你的证明中从未给出的内容。"
        )
        seen.add(name)


def _inversions(proof: Proof, listed: list[str]) -> list[list[int]]:
    """List, for each position, the later positions that may not be kept together with it."""
    return [
        [
            later
            for later in range(index + 1, len(listed))
            if listed[later] == name or listed[later] in proof.requirements[name]
        ]
        for index, name in enumerate(listed)
    ]


def _maximum_matching(edges: list[list[int]]) -> int:
    """Return the size of a maximum bipartite matching between positions and later positions."""
    partner: dict[int, int] = {}

    def augment(index: int, tried: set[int]) -> bool:
        for later in edges[index]:
            if later not in tried:
                tried.add(later)
                if later not in partner or augment(partner[later], tried):
                    partner[later] = index
                    return True
        return False

    return sum(augment(index, set()) for index in range(len(edges)))
