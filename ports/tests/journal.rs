//! What every journal must do, and what the one on disk must notice.

#[path = "journal/contract.rs"]
mod contract;
#[path = "journal/copy.rs"]
mod copy;
#[path = "journal/damage.rs"]
mod damage;
#[path = "journal/drafts.rs"]
mod drafts;
#[path = "journal/schema.rs"]
mod schema;
#[path = "journal/snapshots.rs"]
mod snapshots;
