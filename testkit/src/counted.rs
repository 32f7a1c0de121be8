//! What a service has counted.
use service_kit::Host;

/// The sum of what `host` counted as `name`, whatever the labels; with labels
/// (`wxgate_revocations_total{reason="reuse"}`), that series alone.
#[must_use]
pub fn counted(host: &Host, name: &str) -> u64 {
    let text = host.metrics.encode();
    let series = text.lines().filter_map(|line| line.strip_prefix(name));
    series
        .filter(|rest| rest.starts_with([' ', '{']))
        .filter_map(|rest| rest.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}
