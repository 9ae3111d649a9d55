"""Read coded texts of QDA programs (REFI-QDA, MAXQDA's spreadsheet); knows nothing of any study."""

from gkanalysis.ingest.qda.maxqda import read_maxqda
from gkanalysis.ingest.qda.qdpx import read_qdpx

__all__ = ["read_maxqda", "read_qdpx"]
