mod interval;

/// Whether light can go from one event to the other: 1 or 0.
#[no_mangle]
pub extern "C" fn can_reach(seconds: f64, light_seconds: f64) -> i32 {
    i32::from(interval::squared(seconds, light_seconds) >= 0.0)
}
