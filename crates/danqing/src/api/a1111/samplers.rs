//! Names of samplers and schedules, and what paints under them.

/// Names of the original, their aliases, and the nearest sampler of danqing.
///
/// First-order methods are `euler`, second-order ones of one step `heun`, multistep ones `dpm++2m`, the one for distilled
/// models `quick`. Noise that a method adds on the way (`a`, `SDE`) is left out: danqing's samplers are deterministic.
pub(super) const SAMPLERS: [(&str, &[&str], &str); 20] = [
    ("DPM++ 2M", &["k_dpmpp_2m"], "dpm++2m"),
    ("DPM++ SDE", &["k_dpmpp_sde"], "heun"),
    ("DPM++ 2M SDE", &["k_dpmpp_2m_sde"], "dpm++2m"),
    ("DPM++ 2M SDE Heun", &["k_dpmpp_2m_sde_heun"], "heun"),
    ("DPM++ 2S a", &["k_dpmpp_2s_a"], "heun"),
    ("DPM++ 3M SDE", &["k_dpmpp_3m_sde"], "dpm++2m"),
    ("Euler a", &["k_euler_a", "k_euler_ancestral"], "euler"),
    ("Euler", &["k_euler"], "euler"),
    ("LMS", &["k_lms"], "dpm++2m"),
    ("Heun", &["k_heun"], "heun"),
    ("DPM2", &["k_dpm_2"], "heun"),
    ("DPM2 a", &["k_dpm_2_a"], "heun"),
    ("DPM fast", &["k_dpm_fast"], "dpm++2m"),
    ("DPM adaptive", &["k_dpm_ad"], "heun"),
    ("Restart", &["restart"], "heun"),
    ("DDIM", &["ddim"], "euler"),
    ("DDIM CFG++", &["ddim_cfgpp"], "euler"),
    ("PLMS", &["plms"], "dpm++2m"),
    ("UniPC", &["unipc"], "dpm++2m"),
    ("LCM", &["k_lcm"], "quick"),
];

/// Names of schedules and their labels. danqing has one: that of flow matching, evenly spaced.
pub(super) const SCHEDULERS: [(&str, &str); 12] = [
    ("automatic", "Automatic"),
    ("uniform", "Uniform"),
    ("karras", "Karras"),
    ("exponential", "Exponential"),
    ("polyexponential", "Polyexponential"),
    ("sgm_uniform", "SGM Uniform"),
    ("kl_optimal", "KL Optimal"),
    ("align_your_steps", "Align Your Steps"),
    ("simple", "Simple"),
    ("normal", "Normal"),
    ("ddim", "DDIM"),
    ("beta", "Beta"),
];

/// The name of the original and our sampler for a name; also with a schedule behind it, as older clients write.
pub(in crate::api) fn sampler(name: &str) -> Option<(&'static str, &'static str)> {
    let wanted = name.trim().to_lowercase();
    let exact = |wanted: &str| {
        let mut all = SAMPLERS.iter();
        let found = all.find(|(name, aliases, _)| name.to_lowercase() == wanted || aliases.contains(&wanted));
        found.map(|(name, _, own)| (*name, *own))
    };
    exact(&wanted).or_else(|| {
        let schedules =
            SCHEDULERS.iter().flat_map(|(name, label)| [(*name).to_owned(), label.to_lowercase()]);
        schedules.filter_map(|schedule| exact(wanted.strip_suffix(&schedule)?.trim_end())).next()
    })
}

/// Whether a schedule is known by this name.
pub(super) fn is_scheduler(name: &str) -> bool {
    let wanted = name.trim().to_lowercase();
    SCHEDULERS.iter().any(|(name, label)| *name == wanted || label.to_lowercase() == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_clients_are_known() {
        for (name, own) in [
            ("Euler a", "euler"),
            ("k_euler", "euler"),
            ("DPM++ 2M Karras", "dpm++2m"),
            ("dpm++ 2m sde heun exponential", "heun"),
            ("Heun", "heun"),
            ("UniPC", "dpm++2m"),
        ] {
            assert_eq!(sampler(name).map(|(_, own)| own), Some(own), "{name}");
        }
        assert_eq!(sampler("Sorcery"), None, "no sampler");
        assert!(is_scheduler("Karras") && !is_scheduler("Sorcery"), "schedules");
    }
}
