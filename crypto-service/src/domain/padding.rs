//! PKCS#7, in a time that does not depend on the bytes.
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};

/// Bytes of one AES block.
pub(super) const BLOCK: usize = 16;

/// How many bytes of the last `block` are padding (none, if wrong), and whether it is right.
///
/// All of it is checked: 1 to 16 bytes, each of which is their number.
pub(super) fn measure(block: &[u8; BLOCK]) -> (usize, Choice) {
    let number = block[BLOCK - 1];
    let mut right = !number.ct_eq(&0) & !number.ct_gt(&16);
    for (place, byte) in (1_u8..).zip(block.iter().rev()) {
        let beyond = place.ct_gt(&number);
        right &= beyond | byte.ct_eq(&number);
    }
    let length = u8::conditional_select(&0, &number, right);
    (usize::from(length), right)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, as one would write it without a thought for time.
    fn plainly(block: &[u8; BLOCK]) -> Option<usize> {
        let number = usize::from(block[15]);
        let padding = block.get(16_usize.checked_sub(number)?..)?;
        let right = number > 0 && padding.iter().all(|&byte| usize::from(byte) == number);
        right.then_some(number)
    }

    fn measured(block: &[u8; BLOCK]) -> Option<usize> {
        let (length, right) = measure(block);
        assert!(bool::from(right) || length == 0);
        bool::from(right).then_some(length)
    }

    #[test]
    fn each_right_padding_is_measured() {
        for number in 1..=16_u8 {
            let mut block = [0xaa; BLOCK];
            block[BLOCK - usize::from(number)..].fill(number);
            assert_eq!(measured(&block), Some(usize::from(number)));
        }
    }

    #[test]
    fn no_other_last_byte_is_padding() {
        for number in (0..=u8::MAX).filter(|number| !(1..=16).contains(number)) {
            assert_eq!(measured(&[number; BLOCK]), None, "{number}");
        }
    }

    #[test]
    fn one_wrong_byte_spoils_the_padding() {
        for number in 2..=16_u8 {
            for place in BLOCK - usize::from(number)..BLOCK - 1 {
                let mut block = [number; BLOCK];
                block[place] ^= 1;
                assert_eq!(measured(&block), None, "{number} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn time_is_all_that_the_plain_way_lacks(start: [u8; 16], number in 0..20_u8, from in 0..17_usize) {
            let mut block = start;
            block[from..].fill(number);
            prop_assert_eq!(measured(&block), plainly(&block));
        }
    }
}
