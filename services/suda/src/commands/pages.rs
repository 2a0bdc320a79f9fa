//! Lists that come in parts.

use suda_proto::common::v1::Page;

/// The largest part that is given.
const LARGEST: usize = 500;

/// Asks for part after part until there are `limit`, or no more.
pub(super) async fn all<T>(
    limit: usize,
    mut part: impl AsyncFnMut(Page) -> anyhow::Result<(Vec<T>, String)>,
) -> anyhow::Result<Vec<T>> {
    let (mut found, mut token) = (Vec::new(), String::new());
    while found.len() < limit {
        let page = Page {
            size: u32::try_from((limit - found.len()).min(LARGEST))?,
            token,
        };
        let (more, next) = part(page).await?;
        found.extend(more);
        if next.is_empty() {
            break;
        }
        token = next;
    }
    found.truncate(limit);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn parts_are_asked_for_until_there_are_enough() {
        for (limit, count, asked) in [(50, 50, 1), (1200, 1200, 3), (5000, 1300, 3), (0, 0, 0)] {
            let mut asks = 0;
            let found = all(limit, async |page| {
                asks += 1;
                let from: usize = page.token.parse().unwrap_or(0);
                let until = (from + page.size as usize).min(1300);
                let next = if until < 1300 {
                    until.to_string()
                } else {
                    String::new()
                };
                Ok(((from..until).collect(), next))
            })
            .await
            .unwrap();
            assert_eq!((found.len(), asks), (count, asked), "{limit}");
            assert!(found.iter().enumerate().all(|(place, item)| place == *item));
        }
    }
}
