//! A line of frames to one client, and what is done to the next of them.
//!
//! Read next: [`gateway::hub`](crate::gateway::hub).

use crate::faults::fault::{Fault, Frames};
use crate::wire::frame::frame;
use crate::wire::table::PROTOBUF_OFFSET;

/// The frames of one connection, on their way out.
#[derive(Debug, Default)]
pub struct Line {
    /// Frames that come later, after so many others.
    held: Vec<(usize, Vec<u8>)>,
}

/// Which frames a fault is about, if it is one that a line carries out.
pub fn frames_of(fault: &Fault) -> Option<Frames> {
    match fault {
        Fault::FrameDup { frames }
        | Fault::FrameDrop { frames }
        | Fault::FrameReorder { frames, .. }
        | Fault::FrameCorrupt { frames, .. }
        | Fault::FrameBadLength { frames, .. }
        | Fault::FrameUnknown { frames, .. } => Some(*frames),
        _ => None,
    }
}

/// The first fault in wait that a frame to this client fits; it is thereby used up.
pub fn take(waiting: &mut Vec<Fault>, client: Option<i32>, message: u32) -> Option<Fault> {
    let fits = |fault: &Fault| {
        frames_of(fault).is_some_and(|frames| {
            frames.message.is_none_or(|wanted| wanted == message)
                && (frames.client.is_none() || frames.client == client)
        })
    };
    let at = waiting.iter().position(fits)?;
    Some(waiting.remove(at))
}

impl Line {
    /// Is there nothing that comes later?
    pub fn is_clear(&self) -> bool {
        self.held.is_empty()
    }

    /// A frame passes, and a fault with it: what is sent in its place, in order.
    pub fn pass(&mut self, fault: Option<Fault>, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        let mut out = match fault {
            None => vec![bytes],
            Some(Fault::FrameDup { .. }) => vec![bytes.clone(), bytes],
            Some(Fault::FrameReorder { by, .. }) => {
                self.held.push((by.max(1) + 1, bytes));
                vec![]
            }
            Some(Fault::FrameCorrupt { bit, .. }) => vec![turned(bytes, bit)],
            Some(Fault::FrameBadLength { length, .. }) => {
                vec![length.to_be_bytes().into_iter().chain(bytes.into_iter().skip(4)).collect()]
            }
            Some(Fault::FrameUnknown { id, .. }) => {
                vec![frame(&id.saturating_add(PROTOBUF_OFFSET).to_be_bytes()), bytes]
            }
            Some(_) => vec![],
        };
        for (left, _) in &mut self.held {
            *left -= 1;
        }
        out.extend(self.held.extract_if(.., |(left, _)| *left == 0).map(|(_, bytes)| bytes));
        out
    }
}

/// One bit of the body turned over; the length stays right, so that only this frame is damaged.
fn turned(mut bytes: Vec<u8>, bit: usize) -> Vec<u8> {
    const HEAD: usize = 8;
    let body = bytes.len().saturating_sub(HEAD) * 8;
    if let Some(bit) = bit.checked_rem(body) {
        bytes[HEAD + bit / 8] ^= 1 << (bit % 8);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Line, take};
    use crate::faults::fault::{Fault, Frames};
    use crate::wire::frame::frame;

    fn bytes(mark: u8) -> Vec<u8> {
        frame(&[0, 0, 0, 203, mark])
    }

    #[test]
    fn a_fault_waits_for_its_message_and_its_client() {
        let frames = Frames { message: Some(3), client: Some(1) };
        let mut waiting = vec![Fault::FrameDup { frames }];
        assert_eq!(take(&mut waiting, Some(1), 4), None);
        assert_eq!(take(&mut waiting, Some(2), 3), None);
        assert_eq!(take(&mut waiting, Some(1), 3), Some(Fault::FrameDup { frames }));
        assert_eq!(take(&mut waiting, Some(1), 3), None);
    }

    #[test]
    fn a_frame_is_doubled_or_lost() {
        let (mut line, frames) = (Line::default(), Frames::default());
        assert_eq!(line.pass(None, bytes(1)), [bytes(1)]);
        assert_eq!(line.pass(Some(Fault::FrameDup { frames }), bytes(2)), [bytes(2), bytes(2)]);
        assert!(line.pass(Some(Fault::FrameDrop { frames }), bytes(1)).is_empty());
        assert!(line.is_clear());
    }

    #[test]
    fn a_frame_comes_after_two_others() {
        let mut line = Line::default();
        let late = Fault::FrameReorder { by: 2, frames: Frames::default() };
        assert!(line.pass(Some(late), bytes(1)).is_empty());
        assert_eq!(line.pass(None, bytes(2)), [bytes(2)]);
        assert_eq!(line.pass(None, bytes(3)), [bytes(3), bytes(1)]);
    }

    #[test]
    fn a_bit_is_turned_in_the_fields_only() {
        let damage = || Some(Fault::FrameCorrupt { bit: 9, frames: Frames::default() });
        let mut line = Line::default();
        assert_eq!(line.pass(damage(), bytes(0)), [bytes(2)]);
        assert_eq!(line.pass(damage(), frame(&[0, 0, 0, 253])), [frame(&[0, 0, 0, 253])]);
    }

    #[test]
    fn a_length_lies() {
        let long = Fault::FrameBadLength { length: 0xFFFF_FFFF, frames: Frames::default() };
        assert_eq!(Line::default().pass(Some(long), bytes(1)), [vec![255, 255, 255, 255, 0, 0, 0, 203, 1]]);
    }
}
