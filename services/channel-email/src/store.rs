//! The mailboxes of posts, as directory told them.

use chassis::db::{Db, Tx, sql};
use sea_orm::{ConnectionTrait as _, DbErr};
use suda_proto::directory::v1::Post;

/// Keeps a post's mailbox; an older revision is dropped.
pub async fn save_post(tx: &Tx, post: &Post) -> Result<(), DbErr> {
    let text = "INSERT INTO posts (code, email, revision) VALUES ($1, $2, $3) \
                ON CONFLICT (code) DO UPDATE SET email = excluded.email, revision = excluded.revision \
                WHERE posts.revision < excluded.revision";
    let email = if post.abolished_on.is_empty() {
        post.email.as_str()
    } else {
        ""
    };
    let revision = i64::try_from(post.revision).unwrap_or(i64::MAX);
    tx.execute_raw(sql(
        text,
        [post.code.as_str().into(), email.into(), revision.into()],
    ))
    .await?;
    Ok(())
}

/// The mailbox of a post; `None` when it has none that we know.
pub async fn post_email(db: &Db, code: &str) -> Result<Option<String>, DbErr> {
    let text = "SELECT email FROM posts WHERE code = $1 AND email <> ''";
    let row = db.reader().query_one_raw(sql(text, [code.into()])).await?;
    row.map(|row| row.try_get("", "email")).transpose()
}
