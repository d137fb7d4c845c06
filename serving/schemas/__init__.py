"""What goes over the wire, as pydantic models: the service and its client share them."""

from serving.schemas.estimates import (
    EstimateDetail,
    EstimateOut,
    EstimatePage,
    EstimateResponse,
    RecordedEstimate,
)
from serving.schemas.jobs import JobDetail, JobIn, JobOut, JobPage, OpenLineOut, OpenLinePage
from serving.schemas.lines import MAX_LINES, EstimateRequest, LineIn
from serving.schemas.periods import ClosingIn, PeriodList, PeriodOut, ReopeningIn
from serving.schemas.reference import (
    CategoryDetail,
    CategoryPage,
    FactorPage,
    FactorSeries,
    ModelOut,
    PromotionList,
)
from serving.schemas.reviews import (
    ApprovalIn,
    CommentIn,
    CommentOut,
    CorrectionIn,
    ReviewIn,
    ReviewOut,
    ReviewPage,
)
from serving.schemas.supplier_figures import SupplierFigureHistory, SupplierFigureIn, SupplierFigureOut

__all__ = [
    "MAX_LINES",
    "ApprovalIn",
    "CategoryDetail",
    "CategoryPage",
    "ClosingIn",
    "CommentIn",
    "CommentOut",
    "CorrectionIn",
    "EstimateDetail",
    "EstimateOut",
    "EstimatePage",
    "EstimateRequest",
    "EstimateResponse",
    "FactorPage",
    "FactorSeries",
    "JobDetail",
    "JobIn",
    "JobOut",
    "JobPage",
    "LineIn",
    "ModelOut",
    "OpenLineOut",
    "OpenLinePage",
    "PeriodList",
    "PeriodOut",
    "PromotionList",
    "RecordedEstimate",
    "ReopeningIn",
    "ReviewIn",
    "ReviewOut",
    "ReviewPage",
    "SupplierFigureHistory",
    "SupplierFigureIn",
    "SupplierFigureOut",
]
