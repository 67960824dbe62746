"""The native libraries, each behind the same three methods: build, searcher, ids. All use one thread."""

import numpy as np


class Hnswlib:
    """Inner product on unit rows. This ranks like the library's cosine, without the normalisation."""

    def __init__(self, job):
        import hnswlib

        self.job = job
        self.index = hnswlib.Index(space="ip", dim=job.dimensions)
        self.variant = "f32, compiled for this processor"

    def build(self, rows):
        job = self.job
        self.index.init_index(
            max_elements=job.n, M=job.m, ef_construction=job.ef_construction, random_seed=job.seed
        )
        self.index.set_num_threads(1)
        self.index.add_items(rows, np.arange(job.n), num_threads=1)

    def searcher(self, ef):
        self.index.set_ef(ef)
        query, k = self.index.knn_query, self.job.k
        return lambda vector, out: query(vector, k, 1)

    def ids(self, found, out):
        return found[0][0].tolist()


class Usearch:
    """Inner product in f32. Squared Euclidean distance in bf16 and i8, since this is as fast and more
    exact on rounded rows. No result is reranked."""

    def __init__(self, job, dtype):
        from usearch.index import Index

        self.job = job
        self.index = Index(
            ndim=job.dimensions,
            metric="ip" if dtype == "f32" else "l2sq",
            dtype=dtype,
            connectivity=job.m,
            expansion_add=job.ef_construction,
        )
        self.variant = f"{dtype}, {self.index.hardware_acceleration} kernels"

    def build(self, rows):
        self.index.add(np.arange(self.job.n), rows, threads=1)

    def searcher(self, ef):
        self.index.expansion_search = ef
        search, k = self.index.search, self.job.k
        return lambda vector, out: search(vector[0], k, threads=1)

    def ids(self, found, out):
        return found.keys.tolist()


class Faiss:
    """Squared Euclidean distance on unit rows. SQ8 finds twice as many rows as requested, and ranks the
    candidates by the full rows."""

    K_FACTOR = 2

    def __init__(self, job, refined):
        import faiss

        faiss.omp_set_num_threads(1)
        if faiss.omp_get_max_threads() != 1:
            raise RuntimeError("faiss did not take one thread.")
        self.faiss, self.job = faiss, job
        if refined:
            self.graph = faiss.IndexHNSWSQ(job.dimensions, faiss.ScalarQuantizer.QT_8bit, job.m)
            self.index = faiss.IndexRefineFlat(self.graph)
            self.index.k_factor = self.K_FACTOR
        else:
            self.index = self.graph = faiss.IndexHNSWFlat(job.dimensions, job.m)
        self.graph.hnsw.efConstruction = job.ef_construction
        self.variant = f"{'SQ8, refined on f32' if refined else 'f32'}, {faiss.get_compile_options().strip()}"
        self.distances = np.empty((1, job.k), dtype=np.float32)

    def build(self, rows):
        if not self.index.is_trained:
            self.index.train(rows)
        self.index.add(rows)

    def searcher(self, ef):
        self.graph.hnsw.efSearch = ef
        search, k, distances = self.index.search, self.job.k, self.distances
        return lambda vector, out: search(vector, k, D=distances, I=out)

    def ids(self, found, out):
        return out[0].tolist()


SYSTEMS = {
    "hnswlib": Hnswlib,
    "usearch-f32": lambda job: Usearch(job, "f32"),
    "usearch-bf16": lambda job: Usearch(job, "bf16"),
    "usearch-i8": lambda job: Usearch(job, "i8"),
    "faiss-flat": lambda job: Faiss(job, refined=False),
    "faiss-sq8": lambda job: Faiss(job, refined=True),
}
