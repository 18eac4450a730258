pub fn padded(_key: u64, _replicate: u32, _point: u32) -> f64 { 0.5 }
