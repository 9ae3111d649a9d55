"""Engines of papermill that also evaluate the expressions in the text, after the last cell, as JupyterLab does.

`fork` runs a notebook in a forked child with everything imported already: same cells, same outputs as `kernel`, the
stock engine, for what our notebooks do (a test compares them cell by cell), without starting a kernel. Where the
system cannot fork, `kernel` runs instead. Results stand in the metadata of the cells as jupyterlab-myst writes them:
`user_expressions`, a list of expression and result in the order of the text.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import traceback
from typing import Any

from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NBClientEngine

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.shown import asked_expressions, keep_results


class KernelClient(PapermillNotebookClient):
    """The stock client, which then evaluates the expressions of the text."""

    def papermill_execute_cells(self) -> None:
        """Run all cells; if none failed, evaluate what the text asks for."""
        super().papermill_execute_cells()
        if any(o.output_type == "error" for c in self.nb.cells for o in c.get("outputs", ())):
            return
        results = []
        for asked in asked_expressions(self.nb):
            sent = self.kc.execute("", silent=True, store_history=False, user_expressions=asked)
            results.append(self.wait_for_reply(sent)["content"]["user_expressions"] if asked else {})
        keep_results(self.nb, results)


class KernelEngine(NBClientEngine):
    """Registered as `kernel` in the entry points of papermill: the stock engine with `KernelClient`."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Run the notebook in a kernel of its own."""
        times = {"startup_timeout": kwargs.get("start_timeout"), "timeout": kwargs.get("execution_timeout")}
        return KernelClient(nb_man, kernel_name=kernel_name, **times).execute()


class ForkEngine(Engine):
    """Registered as `fork` in the entry points of papermill."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Run the cells of code; stops at the first error, like the stock engine, and where a cell ends the child."""
        if not hasattr(os, "fork"):
            return KernelEngine.execute_managed_notebook(nb_man, kernel_name, **kwargs)
        cells = [c for c in nb_man.nb.cells if c.cell_type == "code" and c.source.strip()]
        read_end, write_end = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            os.close(read_end)
            limit = kwargs.get("execution_timeout") or 0
            _run_child([c.source for c in cells], asked_expressions(nb_man.nb), write_end, limit)  # does not return
        os.close(write_end)
        with os.fdopen(read_end, encoding="utf-8") as answers:

            def answer(asked: str) -> Any:
                line = answers.readline()
                if not line.endswith("\n"):
                    raise NotebookError(f"{asked} {_end(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))}.")
                return json.loads(line)

            for cell in cells:
                nb_man.cell_start(cell)
                result = answer(f"Zelle „{cell.get('id')}“")
                cell.execution_count = result["count"]
                cell.outputs = [NotebookNode(o) for o in result["outputs"]]
                if result["failed"]:
                    nb_man.cell_exception(cell)
                    break
                nb_man.cell_complete(cell)
            else:
                keep_results(nb_man.nb, answer("Ein Ausdruck im Text"))
        os.waitpid(child, 0)
        return nb_man.nb


def _end(status: int) -> str:
    """Why a child ended before its time."""
    if status == -signal.SIGALRM:
        return "läuft länger, als ein Notebook darf, und wurde beendet; bitte prüfen, worauf es wartet"
    if status == -signal.SIGKILL:
        return "wurde von außen beendet, wohl weil der Arbeitsspeicher nicht reicht"
    return "hat das Programm des Notebooks beendet"


def _run_child(sources: list[str], asked: list[dict[str, str]], write_end: int, limit: float) -> None:
    """Run all cells in a fresh shell, then the expressions; sends one JSON line per cell and one; ends the process.

    One that takes more than `limit` seconds is ended by the system, whatever it is doing; 0 lets it run.
    """
    status = 1
    for ends in (signal.SIGINT, signal.SIGALRM):  # Ctrl-C and the limit end it; the parent says so
        signal.signal(ends, signal.SIG_DFL)
    try:
        answers = os.fdopen(write_end, "w", encoding="utf-8")
        outputs: list[dict[str, Any]] = []
        shell = _make_shell(outputs)
        for source in sources:
            signal.setitimer(signal.ITIMER_REAL, limit)
            result = _run_cell(shell, source, outputs)
            answers.write(json.dumps(result) + "\n")
            answers.flush()
            if result["failed"]:
                break
        else:
            signal.setitimer(signal.ITIMER_REAL, limit)
            answers.write(json.dumps([shell.user_expressions(text) for text in asked]) + "\n")
            answers.flush()
        status = 0
    except BrokenPipeError:  # the parent is gone
        pass
    except BaseException:  # the parent sees the missing line; the log sees why
        traceback.print_exc(file=sys.__stderr__)
    finally:
        sys.__stderr__.flush()
        os._exit(status)


def _run_cell(shell: Any, source: str, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    """Outputs of one cell as nbformat stores them, streams coalesced by name."""
    outputs.clear()
    count = shell.displayhook.count = shell.execution_count
    result = shell.run_cell(source, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    # an object whose display failed has left an error, although the cell itself went well
    failed = any(o["output_type"] == "error" for o in outputs)
    if error is not None and not failed:
        shell._showtraceback(type(error), error, None)
    return {"outputs": outputs, "count": count, "failed": failed or error is not None}


def _make_shell(outputs: list[dict[str, Any]]) -> Any:
    """A shell that puts all that a cell shows into `outputs`; this process is its own, so nothing is put back."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

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

    class Hook(DisplayHook):
        count = 0  # of the cell; IPython may count on before it shows the result

        def write_output_prompt(self) -> None: ...

        def write_format_data(self, data: dict, metadata: dict | None = None) -> None:
            result = {"data": data, "metadata": metadata or {}, "execution_count": self.count}
            outputs.append({"output_type": "execute_result", **result})

    def keep_error(kind: type, error: Any, _: Any) -> None:
        lines = traceback.format_exception(error) if isinstance(error, BaseException) else [str(error)]
        lines = [line.rstrip("\n") for line in lines]
        outputs.append({"output_type": "error", "ename": kind.__name__, "evalue": str(error), "traceback": lines})

    def refuse_exit() -> None:
        raise SystemExit

    # without history the shell needs no database in the home folder
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.ask_exit, shell._showtraceback = refuse_exit, keep_error
    shell.display_pub, shell.displayhook = Publisher(parent=shell), Hook(shell=shell)
    shell.display_trap.hook = shell.displayhook
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    return shell
