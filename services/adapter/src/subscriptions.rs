//! Messages in: notices to send, and the ends of exchanges.

use anyhow::Context as _;
use chassis::{
    db::Tx,
    envelope::Heard,
    inbox::{Hears, Trouble},
};
use suda_proto::{
    directory::v1::PostChanged,
    intake::v1::ComplaintWithdrawn,
    routing::v1::{CaseClosed, NoticeRequested},
};
use uuid::Uuid;

use crate::{delivering, desk::Desk, store::conversations, way::Way};

impl<W: Way> Hears<NoticeRequested> for Desk<W> {
    async fn hear(&self, tx: &Tx, told: NoticeRequested, heard: &Heard) -> Result<(), Trouble> {
        let notice = told
            .notice
            .context("a notice without its view")
            .map_err(Trouble::Park)?;
        if notice.channel() == W::CHANNEL {
            delivering::request::<W>(tx, &notice, heard.occurred_at).await?;
        }
        Ok(())
    }
}

impl<W: Way> Hears<CaseClosed> for Desk<W> {
    async fn hear(&self, tx: &Tx, told: CaseClosed, heard: &Heard) -> Result<(), Trouble> {
        let case = told
            .case
            .context("a case without its view")
            .map_err(Trouble::Park)?;
        let complaint = parse(&case.complaint_id)?;
        conversations::close(tx, complaint, heard.occurred_at).await?;
        Ok(())
    }
}

impl<W: Way> Hears<ComplaintWithdrawn> for Desk<W> {
    async fn hear(&self, tx: &Tx, told: ComplaintWithdrawn, heard: &Heard) -> Result<(), Trouble> {
        let view = told
            .complaint
            .context("a complaint without its view")
            .map_err(Trouble::Park)?;
        let complaint = parse(&view.complaint_id)?;
        conversations::close(tx, complaint, heard.occurred_at).await?;
        Ok(())
    }
}

impl<W: Way> Hears<PostChanged> for Desk<W> {
    async fn hear(&self, tx: &Tx, told: PostChanged, _heard: &Heard) -> Result<(), Trouble> {
        let post = told
            .post
            .context("a post without its view")
            .map_err(Trouble::Park)?;
        self.way.post_changed(tx, &post).await?;
        Ok(())
    }
}

fn parse(id: &str) -> Result<Uuid, Trouble> {
    id.parse()
        .with_context(|| format!("{id:?} is no id of a complaint"))
        .map_err(Trouble::Park)
}
