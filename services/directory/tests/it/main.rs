//! directory against a real PostgreSQL and a real nats-server.

mod applying;
mod signing_in;

use chassis::testing::{Person, Stack, person};
use directory::Directory;
use suda_proto::directory::v1::{
    ApplyReferenceRequest, ApplyReferenceResponse, ReferenceFile,
    directory_service_client::DirectoryServiceClient,
};
use tonic::Status;

const PASSWORD: &str = "a long first password";

async fn stack() -> Stack {
    Stack::start::<Directory>(|setup| {
        setup
            .set("service.initial_password", PASSWORD)
            .set("service.bootstrap_password", "the very first one");
    })
    .await
}

fn administrator() -> Person {
    person("op")
        .post("44-admin", "44", "44", "administrator")
        .unions(["*"])
}

/// Two unions of two prefectures, and the province above them.
fn files() -> Vec<(&'static str, String)> {
    let period = |name: &str, parent: &str| {
        format!("periods = [{{ from = 2008-12-01, name = \"{name}\", parent = \"{parent}\" }}]")
    };
    let unit = |code: &str, kind: &str, name: &str, parent: &str| {
        let reception = if code.ends_with("SL") || code.ends_with("HG") {
            "reception = true\n"
        } else {
            ""
        };
        format!(
            "[[unit]]\ncode = \"{code}\"\nkind = \"{kind}\"\n{}\n{reception}\n",
            period(name, parent)
        )
    };
    let units = [
        unit("44", "province", "省联社", ""),
        unit("44HG", "department", "合规部", "44"),
        unit("5890", "office", "江门办事处", "44"),
        unit("5910", "office", "湛江办事处", "44"),
        unit("589002", "union", "台山农商行", "5890"),
        unit("589002SL", "department", "受理部门", "589002"),
        unit("591002", "union", "吴川农商行", "5910"),
        unit("591002SL", "department", "受理部门", "591002"),
    ]
    .concat();
    let post = |code: &str, unit: &str, role: &str, holder: &str| {
        let duty = if role == "office_head" {
            "duty = true\n"
        } else {
            ""
        };
        format!(
            "[[post]]\ncode = \"{code}\"\nunit = \"{unit}\"\nrole = \"{role}\"\nname = \"{code}\"\nholder = \"{holder}\"\n{duty}\n"
        )
    };
    let posts = [
        post("5890-head", "5890", "office_head", "p1"),
        post("589002SL-head", "589002SL", "reception_head", ""),
        post("591002SL-clerk", "591002SL", "reception_clerk", "p2"),
    ]
    .concat();
    let people = "[[person]]\nid = \"p1\"\nname = \"陈志远\"\n\n[[person]]\nid = \"p2\"\nname = \"李佩芬\"\n".to_owned();
    vec![
        ("units/all.toml", units),
        ("posts/all.toml", posts),
        ("people/all.toml", people),
    ]
}

async fn apply(
    stack: &Stack,
    files: &[(&str, String)],
    preview: bool,
) -> Result<ApplyReferenceResponse, Status> {
    let files = files
        .iter()
        .map(|(path, text)| ReferenceFile {
            path: (*path).to_owned(),
            text: text.clone().into_bytes(),
        })
        .collect();
    let request = ApplyReferenceRequest {
        request_id: stack.ids.new_id().to_string(),
        files,
        preview,
    };
    let mut client = DirectoryServiceClient::new(stack.channel_as(&administrator()));
    client
        .apply_reference(request)
        .await
        .map(tonic::Response::into_inner)
}
