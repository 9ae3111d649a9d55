"""A papermill engine that runs a notebook in a forked child with everything imported already.

Same cells, same outputs as the stock engine for what our notebooks do (a test compares them cell by cell),
without starting a kernel. Where the system cannot fork, the stock engine runs instead.
"""

from __future__ import annotations

import io
import json
import os
import sys
import traceback
from typing import Any

from nbformat import NotebookNode
from papermill.engines import Engine, NBClientEngine


class ForkEngine(Engine):
    """Registered as `fork` in the entry points of papermill."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Run the code cells of a managed notebook; stops at the first error, like the stock engine."""
        if not hasattr(os, "fork"):
            return NBClientEngine.execute_managed_notebook(nb_man, kernel_name, **kwargs)
        sources = [c.source if c.cell_type == "code" else None for c in nb_man.nb.cells]
        read_end, write_end = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            os.close(read_end)
            _run_child(sources, write_end)  # does not return
        os.close(write_end)
        with os.fdopen(read_end, encoding="utf-8") as answers:
            for cell, source in zip(nb_man.nb.cells, sources, strict=True):
                if source is None:
                    continue
                nb_man.cell_start(cell)
                line = answers.readline()
                if not line:
                    break  # the child ended early; the runner refuses cells that never ran
                result = json.loads(line)
                cell.execution_count = result["count"]
                cell.outputs = [NotebookNode(o) for o in result["outputs"]]
                if result["failed"]:
                    nb_man.cell_exception(cell)
                    break
                nb_man.cell_complete(cell)
        os.waitpid(child, 0)
        return nb_man.nb


def _run_child(sources: list[str | None], write_end: int) -> None:
    """Run all cells in a fresh shell and send one JSON line per code cell."""
    status = 1
    try:
        from IPython.core.interactiveshell import InteractiveShell

        answers = os.fdopen(write_end, "w", encoding="utf-8")
        shell = InteractiveShell.instance()
        shell.history_manager.enabled = False
        for source in sources:
            if source is None:
                continue
            result = _run_cell(shell, source)
            answers.write(json.dumps(result) + "\n")
            answers.flush()
            if result["failed"]:
                break
        status = 0
    except BaseException:  # the parent sees the missing line; the log sees why
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _run_cell(shell: Any, source: str) -> dict[str, Any]:
    """Outputs of one cell as nbformat stores them, streams coalesced by name."""
    from IPython.core.displayhook import CapturingDisplayHook
    from IPython.core.displaypub import CapturingDisplayPublisher

    outputs: list[dict[str, Any]] = []

    class Stream(io.TextIOBase):
        def __init__(self, name: str) -> None:
            self.name = name

        def writable(self) -> bool:
            return True

        def write(self, text: str) -> int:
            last = outputs[-1] if outputs else {}
            if last.get("output_type") == "stream" and last["name"] == self.name:
                last["text"] += text
            elif text:
                outputs.append({"output_type": "stream", "name": self.name, "text": text})
            return len(text)

    class Publisher(CapturingDisplayPublisher):
        def publish(self, data: dict, metadata: dict | None = None, **_: Any) -> None:
            outputs.append({"output_type": "display_data", "data": data, "metadata": metadata or {}})

    class Hook(CapturingDisplayHook):
        def __call__(self, result: Any = None) -> None:
            if result is None:
                return
            data, metadata = self.shell.display_formatter.format(result)
            outputs.append(
                {
                    "output_type": "execute_result",
                    "data": data,
                    "metadata": metadata,
                    "execution_count": self.shell.execution_count,
                }
            )

    saved = sys.stdout, sys.stderr, shell.display_pub, sys.displayhook
    shell.display_pub, hook = Publisher(parent=shell), Hook(shell=shell, outputs=[])
    sys.stdout, sys.stderr, shell.displayhook = Stream("stdout"), Stream("stderr"), hook
    shell.display_trap.hook = hook
    count = shell.execution_count
    showtraceback, shell._showtraceback = shell._showtraceback, lambda *a: None
    try:
        result = shell.run_cell(source, store_history=True)
    finally:
        sys.stdout, sys.stderr, shell.display_pub, sys.displayhook = saved
        shell._showtraceback = showtraceback
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        lines = traceback.format_exception(error)
        outputs.append(
            {
                "output_type": "error",
                "ename": type(error).__name__,
                "evalue": str(error),
                "traceback": [line.rstrip("\n") for line in lines],
            }
        )
    return {"outputs": outputs, "count": count, "failed": error is not None}
