//! Where the files come from: a folder, or the same files as built into the program.

use std::path::{Path, PathBuf};

use crate::settings::{Document, Fault, Origin};

/// The folder that is looked for in the working folder.
const FOLDER: &str = "config";

/// The files as built in.
pub(crate) const BUILT_IN_SUPERVISOR: &str = include_str!("../../config/supervisor.toml");
pub(crate) const BUILT_IN_TICKERS: &str = include_str!("../../config/tickers.toml");
pub(crate) const BUILT_IN_RULES: &str = include_str!("../../config/trading_rules.toml");

/// The three files, and where they are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A folder.
    Folder(PathBuf),
    /// Built into the program.
    BuiltIn,
}

/// The text of one file and the name it is shown under.
pub(super) struct Text {
    pub(super) name: String,
    pub(super) text: String,
}

impl Source {
    /// The folder that was named, else `config/` if it is there, else the built-in files.
    #[must_use]
    pub fn find(named: Option<&Path>) -> Source {
        match named {
            Some(folder) => Source::Folder(folder.to_owned()),
            None if Path::new(FOLDER).is_dir() => Source::Folder(FOLDER.into()),
            None => Source::BuiltIn,
        }
    }

    pub(super) fn supervisor(&self) -> Result<Text, Fault> {
        self.read(&["supervisor.toml"], BUILT_IN_SUPERVISOR)
    }

    pub(super) fn tickers(&self) -> Result<Text, Fault> {
        self.read(&["tickers.toml"], BUILT_IN_TICKERS)
    }

    /// TOML or YAML, whichever is there; both is a fault, for one of them would be dead.
    pub(super) fn rules(&self) -> Result<Text, Fault> {
        let names = ["trading_rules.toml", "trading_rules.yaml", "trading_rules.yml"];
        self.read(&names, BUILT_IN_RULES)
    }

    fn read(&self, names: &[&str], built_in: &str) -> Result<Text, Fault> {
        let Source::Folder(folder) = self else {
            let name = format!("built-in {}", names[0]);
            return Ok(Text { name, text: built_in.to_owned() });
        };
        let there: Vec<PathBuf> =
            names.iter().map(|name| folder.join(name)).filter(|path| path.exists()).collect();
        let path = match there.as_slice() {
            [path] => path.clone(),
            [] => folder.join(names[0]),
            [path, other, ..] => {
                let text = format!("`{}` is there as well; keep one of them", other.display());
                return Err(fault(path, text));
            }
        };
        let text = std::fs::read_to_string(&path).map_err(|error| fault(&path, error.to_string()))?;
        if text.trim().is_empty() {
            let say = "the file is empty, as one is that is being written; a comment is enough to mean it";
            return Err(fault(&path, say.to_owned()));
        }
        Ok(Text { name: path.display().to_string(), text })
    }
}

impl Text {
    pub(super) fn parse(&self) -> Result<Document, Vec<Fault>> {
        Document::parse(self.name.trim_start_matches("built-in "), &self.text)
    }
}

fn fault(path: &Path, text: String) -> Fault {
    Fault::new(Origin::File { file: path.display().to_string().into(), line: 1 }, text)
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Folder(folder) => write!(f, "{}", folder.display()),
            Source::BuiltIn => f.write_str("the built-in files"),
        }
    }
}
