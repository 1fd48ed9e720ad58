//! A complaint that does not become a storm: said when it begins, when its words change,
//! and once a minute while it lasts.

use std::time::Duration;

use tokio::time::Instant;

/// How often the same is said again.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// What was complained of last.
#[derive(Debug, Default)]
pub(crate) struct Complaint {
    said: Option<(String, Instant)>,
    since: Option<Instant>,
}

impl Complaint {
    /// The line to say about `why`, if it is time to say one.
    pub(crate) fn about(&mut self, why: &str) -> Option<String> {
        let now = Instant::now();
        let since = *self.since.get_or_insert(now);
        let new = self.said.as_ref().is_none_or(|(said, at)| said != why || now - *at >= AGAIN_AFTER);
        if !new {
            return None;
        }
        self.said = Some((why.to_owned(), now));
        let seconds = (now - since).as_secs();
        Some(if seconds == 0 { why.to_owned() } else { format!("{why} (for {seconds} s now)") })
    }

    /// It is over; answers how long it lasted, if there was one.
    pub(crate) fn over(&mut self) -> Option<Duration> {
        self.said = None;
        self.since.take().map(|since| since.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Complaint;

    #[tokio::test(start_paused = true)]
    async fn an_hour_of_trouble_is_sixty_lines_and_not_thousands() {
        let mut complaint = Complaint::default();
        let mut said = Vec::new();
        for _ in 0..1_800 {
            said.extend(complaint.about("refused"));
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        assert_eq!(said.len(), 60);
        assert_eq!(said.first().map(String::as_str), Some("refused"));
        assert_eq!(said.last().map(String::as_str), Some("refused (for 3540 s now)"));
        assert!(complaint.about("silent").is_some(), "other words are news");
        assert_eq!(complaint.over(), Some(Duration::from_secs(3_600)));
        assert_eq!(complaint.over(), None);
    }
}
