//! A journal that somebody has open is looked at in a copy of its files.

use ports::journal::{Durability, Journal, JournalError};

use crate::drafts::three;

#[test]
fn what_is_open_is_looked_at_in_a_copy_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journal = Journal::open(folder.path(), Durability::Process).expect("it works");
    journal.installation(7).expect("a mark");
    journal.append(three()).expect("it works");
    let open = Journal::look(folder.path());
    assert!(matches!(open, Err(JournalError::InUse { .. })), "{open:?}");
    for appended in [0, 3] {
        if appended > 0 {
            journal.append(three()).expect("it works");
        }
        let to = tempfile::tempdir().expect("a folder");
        let copy = Journal::look_at_copy(folder.path(), to.path()).expect("a copy");
        assert_eq!(copy.read().expect("its records"), journal.read().expect("the records"));
        assert_eq!(copy.mark().expect("its mark"), Some(engine::Installation::from_number(7)));
    }
    assert_eq!(journal.append(three()).expect("it works").last().map(|one| one.record.seq), Some(9));
}

#[test]
fn what_is_not_there_or_damaged_is_said() {
    let (folder, to) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let missing = Journal::look_at_copy(folder.path(), to.path());
    assert!(matches!(missing, Err(JournalError::Missing { .. })), "{missing:?}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "and nothing is made there");
    std::fs::write(folder.path().join("journal.db"), "no database at all, and long enough to be looked at")
        .expect("to write");
    assert!(Journal::look_at_copy(folder.path(), to.path()).is_err());
}
