//! The vector unit of the machine, found when the program starts.
//!
//! Takes work over columns; does it as compiled for the widest unit that is there. A binary thus
//! runs on every machine of its architecture and still uses what the machine has. The functions are
//! plain arithmetic on one lane at a time, with fused multiply-add where it is written, so every
//! width gives the same bits.
//!
//! This is the one place with `unsafe`: code compiled for instructions that a machine may lack can
//! only be called with a promise that they are there. Without it the engine takes three to five
//! times as long.

/// A vector unit that this machine has: there is no other way to get one than to ask the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What every machine of the architecture has.
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// Asks the machine; the answers are remembered.
#[cfg(target_arch = "x86_64")]
macro_rules! has {
    ($($feature:tt)*) => { $(std::arch::is_x86_feature_detected!($feature))&&* };
}

impl Width {
    /// All units of this machine, the widest last.
    pub fn available() -> Vec<Self> {
        let known = [
            Some(Self(Kind::Plain)),
            #[cfg(target_arch = "x86_64")]
            Self::avx2(),
            #[cfg(target_arch = "x86_64")]
            Self::avx512(),
        ];
        known.into_iter().flatten().collect()
    }

    /// The widest unit of this machine.
    pub fn widest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(width) = Self::avx512().or_else(Self::avx2) {
            return width;
        }
        Self(Kind::Plain)
    }

    #[cfg(target_arch = "x86_64")]
    fn avx2() -> Option<Self> {
        has!("avx2" "fma" "bmi1" "bmi2" "lzcnt" "popcnt").then_some(Self(Kind::Avx2))
    }

    #[cfg(target_arch = "x86_64")]
    fn avx512() -> Option<Self> {
        let has = Self::avx2().is_some() && has!("avx512f" "avx512bw" "avx512dq" "avx512vl");
        has.then_some(Self(Kind::Avx512))
    }

    /// Does work compiled for this unit.
    #[inline(always)]
    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code))]
    pub fn run<W: Work<A>, A>(self, arguments: A) -> W::Result {
        match self.0 {
            Kind::Plain => W::work(arguments),
            // SAFETY: a `Width` of this kind is made by `available` only, after the machine has
            // said that it has these features.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { avx2::<W, A>(arguments) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { avx512::<W, A>(arguments) },
        }
    }
}

/// Work that is compiled once for each vector unit. `wide!` writes the implementations.
pub trait Work<A> {
    type Result;

    /// Must be `#[inline(always)]`, and so must be all that it calls in a loop: what is not inlined
    /// is compiled for the plain unit.
    fn work(arguments: A) -> Self::Result;
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
fn avx2<W: Work<A>, A>(arguments: A) -> W::Result {
    W::work(arguments)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
fn avx512<W: Work<A>, A>(arguments: A) -> W::Result {
    W::work(arguments)
}

/// Declares functions that take the vector unit to run on before their own arguments.
macro_rules! wide {
    ($($(#[$meta:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block)*) => {$(
        $(#[$meta])*
        #[inline]
        #[allow(clippy::too_many_arguments)]
        $visibility fn $name(width: $crate::math::width::Width, $($argument: $type),*) $(-> $result)? {
            struct Body;
            impl $crate::math::width::Work<($($type,)*)> for Body {
                type Result = $crate::math::width::wide!(@result $($result)?);
                #[inline(always)]
                fn work(($($argument,)*): ($($type,)*)) $(-> $result)? $body
            }
            width.run::<Body, _>(($($argument,)*))
        }
    )*};
    (@result) => { () };
    (@result $result:ty) => { $result };
}
pub(crate) use wide;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::elementary;

    wide! {
        fn mixed(x: &[f64; 64], y: &mut [f64; 64]) {
            for i in 0..64 {
                y[i] = elementary::exp(x[i]).mul_add(x[i], elementary::ln(x[i].abs())) / (1.0 + y[i]);
            }
        }
    }

    #[test]
    fn every_width_gives_the_same_bits() {
        let x = std::array::from_fn(|i| i as f64 * 0.37 - 11.0);
        let results: Vec<[u64; 64]> = Width::available()
            .into_iter()
            .map(|width| {
                let mut y = [0.25; 64];
                mixed(width, &x, &mut y);
                y.map(f64::to_bits)
            })
            .collect();
        assert!(results.iter().all(|r| *r == results[0]));
    }

    #[test]
    fn the_widest_is_one_of_those_available() {
        assert_eq!(Width::available().last(), Some(&Width::widest()));
    }
}
