//! One settings file as a tree, with named variables laid over it.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::examine::examine;
use super::fault::{Fault, Origin, in_order};
use super::located::Located;
use super::node::{Node, Value};
use super::segment::Segment;
use super::words::TableName;
use super::{from_toml, from_yaml};

/// A parsed settings file.
///
/// ```
/// use ringfence::segments;
/// use ringfence::settings::{Document, Override, Segment};
///
/// #[derive(Debug, serde::Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Settings {
///     broker: Broker,
/// }
///
/// #[derive(Debug, serde::Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Broker {
///     host: String,
///     port: u16,
/// }
///
/// fn named(path: &[Segment]) -> &str {
///     if path.is_empty() { "the settings" } else { "the table `broker`" }
/// }
///
/// let text = "[broker]\nhots = 'localhost'\nport = 0\n";
/// let faults = Document::parse("supervisor.toml", text).and_then(|it| it.load::<Settings>(named)).unwrap_err();
/// assert_eq!(
///     faults[0].to_string(),
///     "supervisor.toml:2: `hots` is not a setting of the table `broker`; did you mean `host`?"
/// );
///
/// let mut document = Document::parse("supervisor.toml", &text.replace("hots", "host"))?;
/// let path = segments!["broker", "host"];
/// document.overlay(Override { variable: "TWS_HOST", path: &path, text: "gateway" });
/// let settings = document.load::<Settings>(named)?;
/// assert_eq!(settings.value.broker.host, "gateway");
/// assert_eq!(settings.origin(&path).map(|it| it.to_string()).as_deref(), Some("environment TWS_HOST"));
///
/// let mut faults = settings.faults();
/// if settings.value.broker.port == 0 {
///     faults.at(&segments!["broker", "port"], "`port` must not be 0");
/// }
/// let checked = faults.finish(settings.value);
/// assert_eq!(checked.unwrap_err()[0].to_string(), "supervisor.toml:3: `port` must not be 0");
/// # Ok::<(), Vec<ringfence::settings::Fault>>(())
/// ```
#[derive(Clone)]
pub struct Document {
    root: Node,
    /// Faults that do not keep us from reading on, such as a key given twice.
    faults: Vec<Fault>,
}

/// A variable of the environment and the setting it replaces.
#[derive(Clone, Copy, Debug)]
pub struct Override<'a> {
    /// The variable's name.
    pub variable: &'a str,
    /// The setting.
    pub path: &'a [Segment],
    /// The variable's value. It becomes a number or a truth value where the setting is one.
    pub text: &'a str,
}

impl Document {
    /// Reads YAML if `file` ends in `.yaml` or `.yml`, else TOML. `file` is only shown, never opened.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
        if matches!(ending, "yaml" | "yml") { Self::yaml(file, text) } else { Self::toml(file, text) }
    }

    /// Reads TOML.
    pub fn toml(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        Self::read(file, text, from_toml::parse)
    }

    /// Reads one YAML document whose top is a mapping.
    pub fn yaml(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        Self::read(file, text, from_yaml::parse)
    }

    fn read(file: &str, text: &str, parse: Parse) -> Result<Self, Vec<Fault>> {
        let file = Arc::from(file);
        if text.trim().is_empty() {
            return Err(vec![Fault::new(Origin::File { file, line: 1 }, "the file is empty")]);
        }
        let (root, faults) = parse(&file, text).map_err(|fault| vec![fault])?;
        Ok(Document { root, faults })
    }

    /// Lays a variable over the setting at its path, and makes the tables above it where they are absent.
    ///
    /// Where one of them is something else than a table it stays, for [`load`](Self::load) to refuse.
    pub fn overlay(&mut self, change: Override<'_>) {
        let origin = Origin::Environment(change.variable.to_owned());
        let value = Node::new(Value::Loose(change.text.to_owned()), origin);
        place(&mut self.root, change.path, value);
    }

    /// The value, or every fault in the document. `names` tells what a table is called: "a ticker".
    pub fn load<T: DeserializeOwned>(mut self, names: TableName) -> Result<Located<T>, Vec<Fault>> {
        let mut faults = std::mem::take(&mut self.faults);
        match examine(&mut self.root, names, &mut faults) {
            Some(value) if faults.is_empty() => Ok(Located::new(value, self)),
            _ => Err(in_order(faults)),
        }
    }

    pub(super) fn origin(&self, path: &[Segment]) -> Option<Origin> {
        self.root.get(path).map(|node| node.origin.clone())
    }

    pub(super) fn nearest(&self, path: &[Segment]) -> &Origin {
        &self.root.nearest(path).origin
    }
}

type Parse = fn(&Arc<str>, &str) -> Result<(Node, Vec<Fault>), Fault>;

impl fmt::Debug for Document {
    /// Only where it is from: values may be long, and are not everyone's to see.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Document({})", self.root.origin)
    }
}

fn place(node: &mut Node, path: &[Segment], value: Node) {
    let [segment, rest @ ..] = path else {
        *node = value;
        return;
    };
    if node.child(segment).is_none()
        && let (Value::Table(entries), Segment::Key(key)) = (&mut node.value, segment)
    {
        entries.push((key.clone(), Node::new(Value::Table(Vec::new()), value.origin.clone())));
    }
    if let Some(child) = node.get_mut(std::slice::from_ref(segment)) {
        place(child, rest, value);
    }
}
