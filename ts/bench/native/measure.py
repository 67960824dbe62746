"""Measures a native library as ts/bench/measure/run.ts measures a system in the page, and prints the
same events, a line of JSON each.

    python measure.py system=hnswlib folder=DIR n=... dimensions=... queries=... warmup=... k=... efs=10,20 passes=... stop=0.99 m=...
        efConstruction=... seed=...

The folder holds base.f32, queries.f32 and truth.i32. The caller sets OMP_NUM_THREADS
and similar variables to 1.
"""

import gc
import json
import math
import os
import sys
import time
from types import SimpleNamespace

import numpy as np
from systems import SYSTEMS

SETTLE_NS = 500_000_000


def parse(arguments):
    given = dict(argument.split("=", 1) for argument in arguments)
    number = lambda name: int(given[name])
    return SimpleNamespace(
        system=given["system"],
        folder=given["folder"],
        n=number("n"),
        dimensions=number("dimensions"),
        queries=number("queries"),
        warmup=number("warmup"),
        k=number("k"),
        efs=[int(ef) for ef in given["efs"].split(",")],
        passes=number("passes"),
        stop=float(given["stop"]),
        m=number("m"),
        ef_construction=number("efConstruction"),
        seed=number("seed"),
    )


def tell(event):
    print(json.dumps(event), flush=True)


def resident_bytes():
    """The resident memory of this process. None if the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def load(job):
    read = lambda name, dtype, count: np.fromfile(os.path.join(job.folder, name), dtype=dtype, count=count)
    rows = read("base.f32", "<f4", job.n * job.dimensions).reshape(job.n, job.dimensions)
    queries = read("queries.f32", "<f4", -1).reshape(-1, job.dimensions)
    truth = read("truth.i32", "<i4", job.queries * job.k).reshape(job.queries, job.k)
    return rows, queries, truth


def call_us(job, rows):
    """The time of a search among very few rows: the way into the library and back."""
    few = rows[: job.k]
    system = SYSTEMS[job.system](SimpleNamespace(**{**vars(job), "n": len(few)}))
    system.build(few)
    search, out = system.searcher(job.k), np.empty((1, job.k), dtype=np.int64)
    clock, query, times = time.perf_counter_ns, few[:1], []
    for _ in range(2000):
        before = clock()
        search(query, out)
        times.append(clock() - before)
    return sorted(times)[len(times) // 2] / 1000


def build(system, rows):
    gc.collect()
    before = resident_bytes()
    start = time.perf_counter()
    system.build(rows)
    seconds = time.perf_counter() - start
    after = resident_bytes()
    tell({"type": "progress", "progress": {"type": "build", "done": len(rows), "total": len(rows), "seconds": seconds}})
    return seconds, None if before is None else after - before


class Run:
    def __init__(self, system, job, queries, truth):
        self.system, self.job = system, job
        # Queries of shape (1, dimensions), so that no call has to reshape a query.
        self.timed = [queries[i : i + 1] for i in range(job.queries)]
        self.warm = [queries[(job.queries + i) % len(queries)][None, :] for i in range(job.warmup)]
        self.truth = [set(row) for row in truth.tolist()]
        self.out = [np.empty((1, job.k), dtype=np.int64) for _ in range(job.queries)]

    def warm_up(self, search):
        for query in self.warm:
            search(query, self.out[0])

    def settle(self):
        search = self.system.searcher(self.job.efs[0])
        end = time.perf_counter_ns() + SETTLE_NS
        self.warm_up(search)
        while time.perf_counter_ns() < end:
            self.warm_up(search)

    def time_pass(self, search):
        count = len(self.timed)
        latencies, found = [0] * count, [None] * count
        clock, queries, out = time.perf_counter_ns, self.timed, self.out
        gc.collect()
        gc.disable()
        start = clock()
        for i in range(count):
            before = clock()
            found[i] = search(queries[i], out[i])
            latencies[i] = clock() - before
        mean = (clock() - start) / count
        gc.enable()
        return mean, latencies, found

    def recall(self, found):
        hits = 0
        for answer, out, wanted in zip(found, self.out, self.truth):
            hits += len(wanted.intersection(self.system.ids(answer, out)[: self.job.k]))
        return hits / (len(found) * self.job.k)

    def point(self, ef):
        search = self.system.searcher(ef)
        self.warm_up(search)
        passes = []
        for _ in range(self.job.passes):
            mean, latencies, found = self.time_pass(search)
            passes.append((mean, sorted(latencies), self.recall(found)))
        passes.sort(key=lambda one: one[0])
        mean, latencies, recall = passes[(len(passes) - 1) // 2]
        percentile = lambda share: latencies[max(math.ceil(share * len(latencies) - 1e-9), 1) - 1] / 1000
        return {
            "ef": ef,
            "recall": recall,
            "meanUs": mean / 1000,
            "p50Us": percentile(0.5),
            "p95Us": percentile(0.95),
            "p99Us": percentile(0.99),
            "distances": None,
        }


def main():
    job = parse(sys.argv[1:])
    rows, queries, truth = load(job)
    tell({"type": "progress", "progress": {"type": "loaded"}})
    call = call_us(job, rows)
    system = SYSTEMS[job.system](job)
    seconds, memory = build(system, rows)
    run = Run(system, job, queries, truth)
    run.settle()
    points = []
    for ef in job.efs:
        points.append(run.point(ef))
        tell({"type": "progress", "progress": {"type": "point", "point": points[-1]}})
        if points[-1]["recall"] >= job.stop:
            break
    measured = {
        "variant": f"{system.variant}, called from Python, a call alone {call:.1f} us",
        "buildSeconds": seconds,
        "rowsPerSecond": job.n / seconds,
        "memoryBytes": memory,
        "points": points,
    }
    tell({"type": "measured", "system": job.system, "measured": measured})


main()
