pub fn squared(time: f64, space: f64) -> f64 {
    time * time - space * space
}
