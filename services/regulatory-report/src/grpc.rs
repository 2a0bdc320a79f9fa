//! Questions in: parse, count, answer.

use std::collections::HashMap;

use chassis::{auth::Caller, grpc::caller};
use suda_proto::regulatory_report::v1::{
    ExportFiguresRequest, ExportFiguresResponse, ExportFormat, FiguresRequest, FiguresResponse,
    ListFigureCasesRequest, ListFigureCasesResponse,
    regulatory_report_service_server::RegulatoryReportService,
};
use tonic::{Request, Response, Status};

use crate::{
    actions::{self, Format},
    desk::Desk,
    domain::facts::Fact,
    errors::ActionError,
    wire,
};

mod reports;

/// How many rows a part of a list has, when the caller does not say, and at most.
const PAGE: u32 = 50;
const LONGEST_PAGE: u32 = 500;

impl Desk {
    async fn list(
        &self,
        caller: &Caller,
        request: ListFigureCasesRequest,
    ) -> Result<ListFigureCasesResponse, ActionError> {
        let asked = wire::asked(request.scope)?;
        let page = request.page.unwrap_or_default();
        let size = if page.size == 0 {
            PAGE
        } else {
            page.size.min(LONGEST_PAGE)
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        // The place is the number of the case before: a case that comes meanwhile moves nothing.
        let after = page.token;
        let counted = actions::count(self, caller, "ListFigureCases", &asked).await?;
        let figure = counted
            .figures
            .find(&request.table_code, &request.figure_code)
            .ok_or(ActionError::NoFigure)?;
        let facts: HashMap<&str, &Fact> = counted
            .facts
            .iter()
            .map(|fact| (fact.number.as_str(), fact))
            .collect();
        let rest = figure.cases.iter().filter(|number| **number > after);
        let numbers: Vec<&String> = rest.take(size).collect();
        let full = numbers.len() == size && figure.cases.last() != numbers.last().copied();
        Ok(ListFigureCasesResponse {
            total: figure.cases.len() as u64,
            next_token: numbers
                .last()
                .filter(|_| full)
                .map(ToString::to_string)
                .unwrap_or_default(),
            cases: numbers
                .into_iter()
                .filter_map(|number| facts.get(number.as_str()))
                .map(|fact| wire::case(fact, &counted))
                .collect(),
        })
    }
}

#[tonic::async_trait]
impl RegulatoryReportService for Desk {
    async fn figures(
        &self,
        request: Request<FiguresRequest>,
    ) -> Result<Response<FiguresResponse>, Status> {
        let caller = caller(&request)?;
        let asked = wire::asked(request.into_inner().scope)?;
        let counted = actions::count(self, &caller, "Figures", &asked).await?;
        Ok(Response::new(wire::response(&counted)))
    }

    async fn list_figure_cases(
        &self,
        request: Request<ListFigureCasesRequest>,
    ) -> Result<Response<ListFigureCasesResponse>, Status> {
        let caller = caller(&request)?;
        Ok(Response::new(
            self.list(&caller, request.into_inner()).await?,
        ))
    }

    async fn export_figures(
        &self,
        request: Request<ExportFiguresRequest>,
    ) -> Result<Response<ExportFiguresResponse>, Status> {
        let caller = caller(&request)?;
        let request = request.into_inner();
        let format = match request.format() {
            ExportFormat::Json => Format::Json,
            ExportFormat::Xlsx => Format::Xlsx,
            ExportFormat::Unspecified => {
                let wrong =
                    ActionError::Invalid("format", "请选择导出格式:JSON 或 XLSX".to_owned());
                return Err(wrong.into());
            }
        };
        let asked = wire::asked(request.scope)?;
        let document = actions::export(self, &caller, &asked, format).await?;
        Ok(Response::new(ExportFiguresResponse {
            data: document.data,
            file_name: document.file_name,
            media_type: document.media_type.into_owned(),
            digest: document.digest,
        }))
    }
}
