//! Numbers that look like chance and come again with their seed.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The stream of a seed and a name: other names, other streams.
    pub(crate) fn new(seed: u64, name: u64) -> Dice {
        let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ name.rotate_left(32));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `sides`; 0 where there are none.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        let number = self.next();
        number.checked_rem(sides).unwrap_or(0)
    }

    /// From `-reach` to `reach`.
    pub(crate) fn swing(&mut self, reach: i64) -> i64 {
        let sides = 2 * reach.unsigned_abs() + 1;
        i64::try_from(self.roll(sides)).unwrap_or(0) - reach
    }

    /// True once in `sides`; never, where that is 0.
    pub(crate) fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0 && sides > 0
    }

    /// One of them.
    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap_or(0)]
    }
}
