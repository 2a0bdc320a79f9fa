use chassis::testing::{Stack, person};
use chrono::TimeDelta;
use suda_proto::directory::v1::{
    LoginRequest, LoginResponse, directory_service_client::DirectoryServiceClient,
};
use tonic::Status;

use crate::{PASSWORD, apply, files, stack};

async fn login(stack: &Stack, account: &str, password: &str) -> Result<LoginResponse, Status> {
    let request = LoginRequest {
        account: account.to_owned(),
        password: password.to_owned(),
    };
    let mut client = DirectoryServiceClient::new(stack.channel_as(&person("nobody")));
    client.login(request).await.map(tonic::Response::into_inner)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_says_which_unions_an_office_sees() {
    let stack = stack().await;
    apply(&stack, &files(), false).await.unwrap();
    let token = login(&stack, "p1", PASSWORD).await.unwrap().token;
    let claims = token.split('.').nth(1).unwrap();
    // The middle part of a token is base64 of its claims.
    assert!(claims.len() > 40);
    assert!(login(&stack, "admin", "the very first one").await.is_ok());
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_account_and_a_wrong_password_get_the_same_answer_and_five_lock() {
    let stack = stack().await;
    apply(&stack, &files(), false).await.unwrap();
    let unknown = login(&stack, "nobody", PASSWORD).await.unwrap_err();
    let wrong = login(&stack, "p2", "guess").await.unwrap_err();
    assert_eq!(
        (unknown.code(), unknown.message()),
        (wrong.code(), wrong.message())
    );
    for _ in 0..4 {
        login(&stack, "p2", "guess").await.unwrap_err();
    }
    let locked = login(&stack, "p2", PASSWORD).await.unwrap_err();
    assert!(locked.message().contains("锁定"), "{}", locked.message());
    stack.clock.advance(TimeDelta::minutes(16));
    login(&stack, "p2", PASSWORD).await.unwrap();
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_many_at_a_time_learns_no_more_than_one_after_the_other() {
    let stack = stack().await;
    apply(&stack, &files(), false).await.unwrap();
    let guesses = (0..30).map(|guess| {
        // The right one is among the last.
        let password = if guess == 29 { PASSWORD } else { "guess" };
        login(&stack, "p2", password)
    });
    let told = futures::future::join_all(guesses).await;
    let wrong = told
        .iter()
        .filter_map(|told| told.as_ref().err())
        .filter(|refused| refused.message().contains("不正确"));
    let learnt = wrong.count();
    // The right password in between begins the count anew, at most once.
    assert!((5..=10).contains(&learnt), "{learnt} guesses were answered");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_province_signs_in_at_once() {
    let stack = stack().await;
    apply(&stack, &files(), false).await.unwrap();
    // Many more than there are connections to the database.
    let all = (0..80).map(|_| login(&stack, "p1", PASSWORD));
    for told in futures::future::join_all(all).await {
        told.unwrap();
    }
    stack.stop().await;
}
