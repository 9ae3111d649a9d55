"""Many pieces of work at once: on all cores of this machine, or on a Dask cluster whose address is given.

A worker that dies takes nothing with it: what was not finished is given out again, and each piece arrives once. What
fails is an answer like any other, so that everything else is done.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from gkanalysis.core.errors import GkError, NotebookError, UsageError, system_sentence
from gkanalysis.core.lookup import listed

Outcome = tuple[str, Any]  # name of the piece, and what it gave: a result or a GkError
WAIT = 10  # seconds until a scheduler has to answer
LOST = NotebookError(
    "Der Prozess, der daran rechnete, ist zweimal abgebrochen, vielleicht weil der Arbeitsspeicher nicht reicht."
)
GONE = NotebookError("Scheduler oder Arbeiter sind nicht mehr da; bitte neu starten und noch einmal aufrufen.")


def run_many(
    work: Callable[[Any], Any], pieces: Mapping[str, Any], scheduler: str = "", workers: int = 0, loaded: bool = False
) -> Iterator[Outcome]:
    """Do a piece of work for each name, in any order; a result is whatever `work` returns.

    Parameters
    ----------
    work : a function at the top of its module, which other processes import
    pieces : name -> what `work` gets
    scheduler : address of a Dask scheduler; empty for processes on this machine
    workers : how many of them; 0 for one a core
    loaded : this process has loaded what the work needs: workers are forked off it, and one alone is itself

    Yields
    ------
    name and result of each piece as it ends; in place of the result the error that kept it from being done

    Raises
    ------
    UsageError
        If the scheduler is not there, has no workers or other versions than this process, or `distributed` is missing.
    """
    if scheduler:
        yield from _on_cluster(work, pieces, scheduler)
    elif loaded and workers == 1:
        yield from ((name, _done(work, piece)) for name, piece in pieces.items())
    else:
        yield from _here(work, dict(pieces), workers or os.cpu_count() or 1, "fork" if loaded else "forkserver")


def _done(work: Callable[[Any], Any], piece: Any) -> Any:
    """The result of a piece, or the sentence of what kept it from being done."""
    try:
        return work(piece)
    except GkError as error:
        return error
    except MemoryError:
        return NotebookError(
            "Der Arbeitsspeicher reicht nicht; bitte andere Programme schließen oder weniger zugleich rechnen."
        )
    except OSError as error:
        return NotebookError(system_sentence(error))


def _here(work: Callable[[Any], Any], left: dict[str, Any], workers: int, method: str) -> Iterator[Outcome]:
    """Pieces in processes forked off one with everything loaded; after a death the rest is given out again."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context(method if method in methods else "spawn")
    if method == "forkserver" in methods:
        context.set_forkserver_preload(["gkanalysis.report.warm"])
    before, died = len(left) + 1, set[str]()
    while left:
        # where nothing was finished since the last death, one of the first pieces is the cause: each goes alone
        alone = len(left) == before
        before = len(left)
        for names in [[n] for n in [*left][: workers + 1]] if alone else [[*left]]:
            try:
                for name, result in _in_pool(context, work, {n: left[n] for n in names}, min(workers, len(names))):
                    del left[name]
                    yield name, result
            except BrokenProcessPool:
                if alone and names[0] in died:
                    del left[names[0]]
                    yield names[0], LOST
                died |= set(names) if alone else set()


def _in_pool(context: Any, work: Callable[[Any], Any], pieces: Mapping[str, Any], workers: int) -> Iterator[Outcome]:
    quiet = {"initializer": signal.signal, "initargs": (signal.SIGINT, signal.SIG_IGN)}
    with ProcessPoolExecutor(workers, context, **quiet) as pool:
        try:
            futures = {pool.submit(_done, work, piece): name for name, piece in pieces.items()}
            broken = None
            for future in as_completed(futures):
                try:
                    yield futures[future], future.result()
                except BrokenProcessPool as error:
                    broken = error
            if broken:
                raise broken
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _on_cluster(work: Callable[[Any], Any], pieces: Mapping[str, Any], scheduler: str) -> Iterator[Outcome]:
    """Pieces on the workers of a Dask cluster."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise UsageError(
            "Für SCHEDULER=… fehlt das Paket „distributed“; bitte `pip install distributed` ausführen."
        ) from None
    try:
        client = Client(scheduler, timeout=WAIT)
    except (OSError, ValueError):
        raise UsageError(
            f"Unter „{scheduler}“ antwortet kein Scheduler; bitte Adresse und Netz prüfen (`dask scheduler` nennt sie), oder SCHEDULER weglassen."
        ) from None
    with client:
        if not client.scheduler_info()["workers"]:
            raise UsageError(
                f"Der Scheduler „{scheduler}“ hat keinen Arbeiter; bitte mit `dask worker {scheduler}` einen starten."
            )
        versions = client.get_versions()
        here, there = versions["client"]["packages"], [w["packages"] for w in versions["workers"].values()]
        if other := {f"{p} {w[p]} statt {here[p]}" for w in there for p in here if w.get(p) != here[p]}:
            raise UsageError(
                f"Auf dem Cluster laufen andere Versionen als hier: {listed(sorted(other))}; bitte angleichen."
            )
        left = {client.submit(_done, work, piece, pure=False): name for name, piece in pieces.items()}
        waiting, heard = as_completed(left), time.monotonic()
        while left:
            for future in waiting.next_batch(block=False) if waiting.has_ready() else ():
                yield left.pop(future), _given(future)
            if client.status == "running" and client.scheduler_info()["workers"]:
                heard = time.monotonic()
            elif time.monotonic() - heard > WAIT:
                break
            time.sleep(0.05)
        yield from ((name, GONE) for name in left.values())


def _given(future: Any) -> Any:
    """The result of a piece on a cluster; one whose workers died again and again gives the sentence."""
    try:
        return future.result()
    except Exception as error:  # whatever the worker or the way there raised: it must not stop the other pieces
        name = type(error).__name__
        return LOST if name == "KilledWorker" else NotebookError(f"Der Arbeiter sagt: {name}: {error}")
