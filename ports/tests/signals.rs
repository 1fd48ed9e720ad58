//! The sources of signals, met over real sockets, files and pipes; and what no reader may be fooled by.

#[path = "signals/corpus.rs"]
mod corpus;
#[path = "signals/followed.rs"]
mod followed;
#[path = "signals/polled.rs"]
mod polled;

use ports::signals::Fields;
use ports::signals::read::{Given, one};

#[test]
fn whatever_is_no_signal_is_told_in_one_clear_line_and_is_none() {
    let all = corpus::corpus();
    assert!(all.len() >= 300, "{}", all.len());
    for bytes in all {
        let read = one(&bytes, &Fields::default(), Given::default());
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        let line = match read {
            Ok(prediction) => panic!("{shown:?} was read as {prediction:?}"),
            Err(malformed) => malformed.to_string(),
        };
        let plain = line.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        assert!(plain && line.len() <= 300, "{shown:?} is told as {line:?}");
    }
}
