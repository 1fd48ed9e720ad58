//! The logs that there are, and which of them a name means.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use actors::streams::{ERRORS, ORDERS, POSITIONS, TRADING};

use crate::nearest::did_you_mean;

/// The common streams; each has a file once something was told to it.
const COMMON: [&str; 4] = [TRADING, ORDERS, POSITIONS, ERRORS];

/// Names of actors of tickers begin like this.
const TICKER: &str = "ticker-";

/// The logs of a folder by name: a common stream, an actor, or a ticker.
#[derive(Debug)]
pub struct Streams {
    folder: PathBuf,
    common: BTreeMap<String, PathBuf>,
    actors: BTreeMap<String, PathBuf>,
}

impl Streams {
    /// Looks at what there is.
    #[must_use]
    pub fn of(folder: &Path) -> Streams {
        let mut common = logs(folder);
        let actors = logs(&folder.join("actors"));
        if !common.is_empty() || !actors.is_empty() {
            common.extend(COMMON.map(|name| (name.to_owned(), folder.join(format!("{name}.log")))));
        }
        Streams { folder: folder.to_owned(), common, actors }
    }

    /// The log that `name` means. As it is written first: a ticker may be called RISK.
    ///
    /// # Errors
    /// In words: there is none, with the name that was probably meant.
    pub fn find(&self, name: &str) -> Result<&Path, String> {
        let ticker = |name: &str| format!("{TICKER}{name}");
        let readings = [
            name.to_owned(),
            ticker(name),
            name.to_ascii_lowercase(),
            ticker(&name.to_ascii_uppercase()),
            ticker(name.to_ascii_uppercase().trim_start_matches("TICKER-")),
        ];
        let known = |name: &String| self.common.get(name).or_else(|| self.actors.get(name));
        readings.iter().find_map(known).map(PathBuf::as_path).ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> String {
        if self.is_empty() {
            return self.none();
        }
        // Tickers are written large, all others small; what was typed may be either.
        let names = self.names();
        let like = |name: &&String| name.to_ascii_lowercase();
        let lower: Vec<String> = names.iter().map(|name| like(&name)).collect();
        let hint = did_you_mean(&name.to_ascii_lowercase(), lower.iter().map(String::as_str));
        let hint = names.iter().fold(hint, |hint, name| {
            hint.replace(&format!("`{}`", name.to_ascii_lowercase()), &format!("`{name}`"))
        });
        match hint.strip_prefix("; there are ") {
            Some(_) => format!("there is no log `{name}`; there are {}", names.join(", ")),
            None => format!("there is no log `{name}`{hint}"),
        }
    }

    /// True where nothing has ever logged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.common.is_empty() && self.actors.is_empty()
    }

    /// That there is none, in words.
    #[must_use]
    pub fn none(&self) -> String {
        format!("there are no logs in `{}`; no supervisor has run in this folder", self.folder.display())
    }

    /// The logs in which every line is: those of all actors, and what went wrong elsewhere.
    #[must_use]
    pub fn everything(&self) -> Vec<PathBuf> {
        let errors = self.common.get(ERRORS).filter(|path| path.exists());
        self.actors.values().chain(errors).cloned().collect()
    }

    /// All names, as one JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let actors: Vec<&String> = self.actors.keys().collect();
        let streams: Vec<&String> = self.common.keys().collect();
        serde_json::json!({ "folder": self.folder, "actors": actors, "streams": streams }).to_string()
    }

    /// All names, as a person gives them.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let actors = self.actors.keys().map(|name| name.strip_prefix(TICKER).unwrap_or(name));
        self.common.keys().map(String::as_str).chain(actors).map(str::to_owned).collect()
    }

    /// The names in groups, a line each.
    #[must_use]
    pub fn listed(&self) -> String {
        let names = |wanted: bool| {
            let own = self.actors.keys().filter(|name| name.starts_with(TICKER) == wanted);
            own.map(|name| name.strip_prefix(TICKER).unwrap_or(name)).collect::<Vec<_>>().join(" ")
        };
        let common = self.common.keys().map(String::as_str).collect::<Vec<_>>().join(" ");
        let folder = self.folder.display();
        format!(
            "logs in {folder}/; follow one with: supervisor logs NAME -f\n\ntickers  {}\nactors   {}\nstreams  {common}",
            names(true),
            names(false)
        )
    }
}

/// The files `*.log` of a folder, by their stems.
fn logs(folder: &Path) -> BTreeMap<String, PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let logs = entries.filter(|path| path.extension().is_some_and(|end| end == "log") && path.is_file());
    logs.filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path))).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use expect_test::expect;

    use super::Streams;

    fn streams(folder: &Path) -> Streams {
        std::fs::create_dir_all(folder.join("actors")).unwrap();
        for name in ["trading", "actors/ticker-AAPL", "actors/ticker-RISK", "actors/risk", "actors/broker"] {
            std::fs::write(folder.join(format!("{name}.log")), "").unwrap();
        }
        Streams::of(folder)
    }

    #[test]
    fn a_name_means_one_log() {
        let folder = tempfile::tempdir().unwrap();
        let streams = streams(folder.path());
        for (name, log) in [
            ("AAPL", "actors/ticker-AAPL.log"),
            ("aapl", "actors/ticker-AAPL.log"),
            ("ticker-AAPL", "actors/ticker-AAPL.log"),
            ("ticker-aapl", "actors/ticker-AAPL.log"),
            ("risk", "actors/risk.log"),
            ("RISK", "actors/ticker-RISK.log"),
            ("Broker", "actors/broker.log"),
            ("trading", "trading.log"),
        ] {
            assert_eq!(streams.find(name), Ok(folder.path().join(log).as_path()), "{name}");
        }
        let told: Vec<String> = ["apl", "tradin", "xyz", "../trading"]
            .iter()
            .map(|name| streams.find(name).unwrap_err())
            .collect();
        expect![[r#"
            there is no log `apl`; did you mean `AAPL`?
            there is no log `tradin`; did you mean `trading`?
            there is no log `xyz`; there are errors, orders, positions, trading, broker, risk, AAPL, RISK
            there is no log `../trading`; did you mean `trading`?"#]]
        .assert_eq(&told.join("\n"));
    }
}
