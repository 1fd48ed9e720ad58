//! One step of a path into a document: a key or an index, never a dotted string.

/// A key of a table or an index of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// The key of a table, as written.
    Key(String),
    /// The place in a list, from 0.
    Index(usize),
}

impl Segment {
    /// The key, if this is one.
    pub fn key(&self) -> Option<&str> {
        match self {
            Segment::Key(key) => Some(key),
            Segment::Index(_) => None,
        }
    }
}

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Segment::Key(key.to_owned())
    }
}

impl From<&String> for Segment {
    fn from(key: &String) -> Self {
        Segment::Key(key.clone())
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Segment::Index(index)
    }
}

/// A path of [`Segment`]s: `segments!["tickers", 3, "symbol"]`.
#[macro_export]
macro_rules! segments {
    ($($segment:expr),* $(,)?) => { [$($crate::settings::Segment::from($segment)),*] };
}

/// `` `port` ``, or ``item 2 of `targets` ``, or nothing for the whole document.
pub(super) fn shown(path: &[Segment]) -> Option<String> {
    match path {
        [.., Segment::Key(key)] => Some(format!("`{key}`")),
        [before @ .., Segment::Index(index)] => {
            let list = shown(before).unwrap_or_else(|| "the document".to_owned());
            Some(format!("item {} of {list}", index + 1))
        }
        [] => None,
    }
}

/// `path` and one more step.
pub(super) fn join(path: &[Segment], last: impl Into<Segment>) -> Vec<Segment> {
    let mut longer = path.to_vec();
    longer.push(last.into());
    longer
}
