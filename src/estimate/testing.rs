//! Random numbers for the tests of this folder: small, fixed, and no part of the product.

/// SplitMix64 (Steele, Lea & Flood 2014).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xD1B5_4A32_D192_ED03) ^ 0x5851_F42D_4C95_7F2D)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In (0, 1).
    pub fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// In 0..n.
    pub fn below(&mut self, n: u64) -> u64 {
        (self.uniform() * n as f64) as u64
    }

    /// Hits in `n` trials of chance `p`.
    pub fn binomial(&mut self, n: u32, p: f64) -> u32 {
        let threshold = (p * u64::MAX as f64) as u64;
        (0..n).map(|_| u32::from(self.bits() < threshold)).sum()
    }

    /// Beta(a, b): the a-th smallest of a + b - 1 uniforms.
    pub fn beta(&mut self, a: usize, b: usize) -> f64 {
        let mut uniforms: Vec<f64> = (0..a + b - 1).map(|_| self.uniform()).collect();
        uniforms.sort_unstable_by(f64::total_cmp);
        uniforms[a - 1]
    }

    /// Standard normal, by Box and Muller.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }
}

/// `powi` may differ by platform.
pub fn square(x: f64) -> f64 {
    x * x
}
