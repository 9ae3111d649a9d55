"""The document that every format is set from: pandoc's syntax tree with numbered headings and links."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pypandoc

from gkanalysis.codebook.reports import Report
from gkanalysis.core.errors import RenderError
from gkanalysis.core.rawstate import is_draft

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Source Sans 3"
DEPTH = 3  # levels of headings

Node = dict[str, Any]
Setter = Callable[[list[Any], list[Node]], list[Node]]  # attributes and blocks of a div -> what is set
Heading = tuple[int, str, str, str]  # level, number, text, id; unnumbered ones have an empty number
BOX = re.compile(r"^:::\{admonition\} (.+)$\n", re.MULTILINE)
# nothing raw: what stands in a notebook must come out the same in all formats; and no blocks of metadata,
# which would make text between two rules vanish
DIALECT = (
    "markdown-raw_html-raw_tex-raw_attribute-latex_macros-tex_math_dollars-implicit_figures-citations"
    "-example_lists-yaml_metadata_block-pandoc_title_block"
)
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~^$!@\"'-])")  # what pandoc could take for Markdown inside a line

SYNTHETIC = (
    "Die Daten sind synthetisch: Bündnisse und Angaben sind erfunden; sie treffen die veröffentlichten "
    "Randsummen, soweit diese sich nicht widersprechen. Aussagen über wirkliche Kommunen sind damit nicht möglich."
)
DRAFT = "ENTWURF für Kolleginnen und Kollegen: nicht weitergeben; der Schutz kleiner Zahlen hat ihn nicht angehalten. "
REAL = "Die Daten sind vertraulich; dieser Bericht ist nicht zur Weitergabe bestimmt, bevor er geprüft ist."


@dataclass(frozen=True)
class Setting:
    """What a format is set from: a report, its document, the document's text as a tree, where its figures lie."""

    report: Report
    document: Node
    tree: Node
    headings: list[Heading]
    build: Path
    slides: tuple[Any, ...] = ()  # of `report.slides`; empty in a report

    @property
    def exhibits(self) -> dict[str, dict[str, Any]]:
        """Id -> record of each exhibit, in order."""
        return self.document["exhibits"]

    @property
    def synthetic(self) -> bool:
        """Whether the data are invented."""
        return self.document["synthetic"]

    @property
    def moment(self) -> datetime:
        """The date of the report, the only time that goes into the files."""
        year, month, day = [*(int(x) for x in self.report.date.split("-")), 1, 1][:3]
        return datetime(year, month, day, tzinfo=UTC)

    def figure(self, exhibit: dict[str, Any], suffix: str) -> Path:
        """The drawing of a figure."""
        return self.build / exhibit["chapter"] / "figures" / f"{exhibit['id']}.{suffix}"


def data_mark(synthetic: bool) -> str:
    """What every report says of its data, on its first and on its last page; a draft says that it is one."""
    return f"{DRAFT if is_draft() else ''}{SYNTHETIC if synthetic else REAL}"


def data_sign(synthetic: bool) -> str:
    """The mark that every page carries.

    >>> data_sign(True)
    'Synthetische Daten'
    """
    return f"{'ENTWURF · ' if is_draft() else ''}{'Synthetische Daten' if synthetic else 'Vertraulich'}"


def digest_of_files(files: Iterable[Iterable[str]]) -> str:
    """The beginning of one checksum over names and checksums of received files."""
    return sha256("\n".join(" ".join(row) for row in files).encode("utf-8")).hexdigest()[:16]


def run_pandoc(text: str, arguments: list[str], *, epoch: int = 0, sandbox: bool = True) -> bytes:
    """Run pandoc, by default in its sandbox; what it refuses is told in its own words."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "LC_ALL": "C.UTF-8"}
    command = [pypandoc.get_pandoc_path(), *["--sandbox"] * sandbox, "--wrap=none", *arguments]
    done = subprocess.run(command, input=text.encode("utf-8"), capture_output=True, env=environment, check=False)
    if done.returncode:
        raise RenderError(f"pandoc: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout


def parse(markdown: str) -> Node:
    """Markdown to pandoc's syntax tree.

    A box is written as JupyterLab shows it, `:::{admonition} Empfehlung`; pandoc knows it as a div.
    """
    markdown = BOX.sub(r"::: kasten\n**\1.** ", markdown)
    return json.loads(run_pandoc(markdown, ["-f", DIALECT, "-t", "json"]))


def write_tree(tree: Node, format_: str, *arguments: str) -> str:
    """A syntax tree in the markup of a format."""
    return run_pandoc(json.dumps(tree), ["-f", "json", "-t", format_, *arguments]).decode("utf-8")


def escape_markdown(text: str) -> str:
    """Text that pandoc prints as it stands, within a line.

    >>> escape_markdown("Träger *neu*")
    'Träger \\\\*neu\\\\*'
    """
    return SPECIAL.sub(r"\\\1", text)


def text_node(text: str) -> list[Node]:
    """Inline nodes of a plain text; spaces become Space, no-break spaces stay."""
    nodes: list[Node] = []
    for k, word in enumerate(text.split(" ")):
        if k:
            nodes.append({"t": "Space"})
        if word:
            nodes.append({"t": "Str", "c": word})
    return nodes


def plain_text(node: Any) -> str:
    """The text of a node without its formatting."""
    if isinstance(node, list):
        return "".join(map(plain_text, node))
    if not isinstance(node, dict):
        return ""
    kind, content = node.get("t"), node.get("c")
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if kind == "Str":
        return content
    if kind == "Code":
        return content[1]
    if kind == "Quoted":
        marks = "„“" if content[0]["t"] == "DoubleQuote" else "‚‘"
        return marks[0] + plain_text(content[1]) + marks[1]
    if kind in ("Span", "Link", "Image"):
        return plain_text(content[1])
    return plain_text(content)


def number_headings(tree: Node) -> list[Heading]:
    """Put a number before each heading, in place; refuses one that skips a level or lies too deep."""
    counters, headings, last = [0] * DEPTH, [], 0
    for block in tree["blocks"]:
        if block["t"] != "Header":
            continue
        level, (identifier, classes, _), inlines = block["c"]
        if level > DEPTH:
            raise RenderError(f"Die Überschrift „{plain_text(inlines)}“ liegt zu tief; es gibt {DEPTH} Ebenen.")
        if level > last + 1:
            raise RenderError(f"Die Überschrift „{plain_text(inlines)}“ überspringt eine Ebene.")
        last = level
        text = plain_text(inlines)
        number = ""
        if "unnumbered" not in classes:
            counters[level - 1] += 1
            counters[level:] = [0] * (DEPTH - level)
            number = ".".join(map(str, counters[:level]))
            block["c"][2] = [{"t": "Str", "c": f"{number}\u2002"}, *inlines]
        headings.append((level, number, text, identifier))
    return headings


def link_exhibits(tree: Node, exhibits: Mapping[str, Node], headings: list[Heading]) -> None:
    """Give each link without text, `[](#id)`, the label of the exhibit or the number of the chapter.

    What has neither is named by its title. A link that leads nowhere, or elsewhere without a text, is refused.
    """
    names = {identifier: f"Kapitel {number}" if number else f"„{text}“" for _, number, text, identifier in headings}
    names |= {e["id"]: e["label"] or f"„{e['title']}“" for e in exhibits.values()}
    for node in walk(tree):
        if node.get("t") != "Link":
            continue
        target = node["c"][2][0]
        inside, identifier = target.startswith("#"), target.removeprefix("#")
        if inside and identifier not in names:
            raise RenderError(
                f"Der Text verweist auf „{identifier}“; eine Darstellung oder ein Kapitel dieses Namens gibt es nicht."
            )
        if not inside and not node["c"][1]:
            raise RenderError(f"Der Verweis auf „{target}“ hat keinen Text.")
        if not node["c"][1]:
            node["c"][1] = text_node(names[identifier].replace(" ", "\u00a0"))


def check_document(tree: Node, exhibits: Mapping[str, Node]) -> None:
    """Refuse what would not come out the same, or not accessible, in all formats.

    That is a picture or table that is no exhibit, an unknown one, one without alternative text, an id used twice.
    """
    for exhibit in exhibits.values():
        if exhibit["kind"] == "figure" and not exhibit.get("alt", "").strip():
            raise RenderError(f"Der Abbildung „{exhibit['id']}“ fehlt der Alternativtext.")
    seen: set[str] = set()
    for node in walk(tree):
        if node.get("t") in ("Image", "Table"):
            raise RenderError(
                f"Der Text enthält ein Bild oder eine Tabelle („{plain_text(node)[:60]}“); beides gehört in eine "
                "Darstellung (`chapter.figure`, `chapter.table`), damit Basis, Quelle und Alternativtext dabei sind."
            )
        attributes = {"Header": 1, "Div": 0, "Span": 0}.get(node.get("t", ""))
        if attributes is None:
            continue
        identifier = node["c"][attributes][0]
        if div_class(node) == "exhibit" and identifier not in exhibits:
            raise RenderError(f"Eine Darstellung „{identifier}“ gibt es nicht.")
        if identifier and identifier in seen:
            raise RenderError(
                f"Die Kennung „{identifier}“ ist doppelt: Überschriften und Darstellungen brauchen verschiedene Namen."
            )
        seen.add(identifier)


def walk(node: Any) -> Iterator[Node]:
    """Every node of a tree, outer ones first."""
    if isinstance(node, dict):
        yield node
        yield from walk(node.get("c", node.get("blocks", ())))
    elif isinstance(node, list):
        for child in node:
            yield from walk(child)


def replace_blocks(blocks: list[Node], **setters: Setter) -> list[Node]:
    """Blocks in which each div whose class has a setter is replaced, also inside other divs and quotations."""
    result: list[Node] = []
    for block in blocks:
        if block["t"] == "Div":
            block = block | {"c": [block["c"][0], replace_blocks(block["c"][1], **setters)]}
        elif block["t"] == "BlockQuote":
            block = block | {"c": replace_blocks(block["c"], **setters)}
        setter = setters.get(div_class(block))
        result += setter(*block["c"]) if setter else [block]
    return result


def div_class(block: Node) -> str:
    """First class of a div; empty for everything else."""
    return block["c"][0][1][0] if block["t"] == "Div" and block["c"][0][1] else ""


def there(template: Path) -> Path:
    """The template of a format; refused if it is missing."""
    if not template.exists():
        program, shipped = {".docx": "Word", ".pptx": "PowerPoint"}[template.suffix], f"reference{template.suffix}"
        raise RenderError(
            f"Die {program}-Vorlage „{template.name}“ fehlt; bitte wiederherstellen (`git checkout reports/{shipped}`)."
        )
    return template


def raw(format_: str, text: str) -> list[Node]:
    """A raw block of one format."""
    return [{"t": "RawBlock", "c": [format_, text]}]
