//! A file that grows, is cut off, is replaced; and a pipe.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use ports::signals::{Answer, Fields, FileSource, Source};
use tempfile::TempDir;

struct Followed {
    folder: TempDir,
    source: Source,
}

impl Followed {
    fn new(make: impl FnOnce(&Path)) -> Followed {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("signals");
        make(&path);
        let source = Source::File(FileSource::new(path, Fields::default()));
        Followed { folder, source }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("signals")
    }

    fn add(&self, text: &str) {
        let file = OpenOptions::new().append(true).create(true).open(self.path());
        file.and_then(|mut file| file.write_all(text.as_bytes())).expect("to append");
    }

    fn look(&self) -> Answer {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(self.source.poll(&[]))
    }

    /// The ids of what is new, and what is wrong with what is none.
    fn new_ids(&self) -> Vec<String> {
        let Answer { parts, trouble, .. } = self.look();
        assert!(trouble.is_none(), "{trouble:?}");
        let told = |part: Result<ports::signals::Prediction, ports::signals::Malformed>| match part {
            Ok(prediction) => prediction.signal.id,
            Err(malformed) => malformed.why,
        };
        parts.into_iter().map(told).collect()
    }
}

fn line(id: &str) -> String {
    format!(r#"{{"id":"{id}","symbol":"AAPL","signal":"BUY","confidence":0.5,"timestamp":1800000000}}"#)
        + "\n"
}

#[test]
fn it_begins_at_the_end_and_a_line_counts_once_it_has_ended() {
    let followed = Followed::new(|path| std::fs::write(path, line("old") + "{\"id\":\"be").expect("a file"));
    assert!(followed.new_ids().is_empty());
    followed.add(&("gun before\"}\n".to_owned() + &line("a") + &line("b").replace('\n', "\r\n\r\n")));
    assert_eq!(followed.new_ids(), ["a", "b"], "neither the backlog nor the end of its last line");
    let (start, end) = (line("c")[..30].to_owned(), line("c")[30..].to_owned());
    followed.add(&start);
    assert!(followed.new_ids().is_empty());
    followed.add(&end);
    assert_eq!(followed.new_ids(), ["c"]);
    assert!(followed.new_ids().is_empty());
}

#[test]
fn it_is_followed_across_being_cut_off_and_replaced() {
    let followed = Followed::new(|path| std::fs::write(path, line("old").repeat(3)).expect("a file"));
    assert!(followed.new_ids().is_empty());
    std::fs::write(followed.path(), line("cut")).expect("a shorter file");
    assert_eq!(followed.new_ids(), ["cut"]);
    followed.add(&(line("last") + "{\"half"));
    std::fs::rename(followed.path(), followed.folder.path().join("signals.1")).expect("put aside");
    followed.add(&line("new"));
    assert_eq!(followed.new_ids(), ["last", "the line ends in the middle", "new"]);
    std::fs::remove_file(followed.path()).expect("removed");
    assert!(followed.look().trouble.is_some(), "a file that is gone is said");
    followed.add(&line("back"));
    assert_eq!(followed.new_ids(), ["back"]);
}

#[test]
fn one_that_comes_later_is_new_from_its_beginning() {
    let followed = Followed::new(|_| {});
    let trouble = followed.look().trouble.expect("nothing is there").to_string();
    assert!(trouble.contains("failed to read"), "{trouble}");
    followed.add(&line("first"));
    assert_eq!(followed.new_ids(), ["first"]);
    std::fs::remove_file(followed.path()).expect("removed");
    std::fs::create_dir(followed.path()).expect("a folder");
    followed.look();
    assert!(followed.look().trouble.is_some(), "a folder is no source");
}

#[test]
fn a_line_that_is_too_long_is_told_once_and_the_next_one_is_read() {
    let followed = Followed::new(|path| drop(File::create(path)));
    assert!(followed.new_ids().is_empty());
    followed.add(&"x".repeat(70_000));
    assert_eq!(followed.new_ids(), ["longer than 65536 bytes"]);
    followed.add(&("x".repeat(70_000) + "\n" + &line("a")));
    assert_eq!(followed.new_ids(), ["a"]);
}

#[test]
fn a_pipe_is_followed_from_writer_to_writer() {
    let followed = Followed::new(|path| {
        assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
    });
    assert!(followed.new_ids().is_empty(), "nobody writes, and nobody is waited for");
    let write = || OpenOptions::new().write(true).open(followed.path()).expect("the pipe");
    let mut first = write();
    first.write_all((line("a") + "{\"half").as_bytes()).expect("written");
    assert_eq!(followed.new_ids(), ["a"]);
    drop(first);
    assert_eq!(followed.new_ids(), ["the line ends in the middle"]);
    write().write_all(line("b").as_bytes()).expect("written");
    assert_eq!(followed.new_ids(), ["b"]);
}
