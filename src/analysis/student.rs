//! Quantiles of Student's distribution, for intervals of 95 % and tests at 1 %. Nothing else.

/// Degrees of freedom that are listed; beyond them there is an expansion.
const LISTED: usize = 30;

/// A quantile: listed for few degrees of freedom, from the normal distribution's own for many.
struct Quantile {
    listed: [f64; LISTED],
    /// The same quantile of the normal distribution.
    normal: f64,
}

/// The quantile at 0.975, which 5 % lie beyond on both sides together.
const AT_975: Quantile = Quantile {
    listed: [
        12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139, 2.200985,
        2.178813, 2.160369, 2.144787, 2.131450, 2.119905, 2.109816, 2.100922, 2.093024, 2.085963, 2.079614, 2.073873,
        2.068658, 2.063899, 2.059539, 2.055529, 2.051831, 2.048407, 2.045230, 2.042272,
    ],
    normal: 1.959_963_984_540_054,
};

/// The quantile at 0.995, which 1 % lies beyond on both sides together.
const AT_995: Quantile = Quantile {
    listed: [
        63.656741, 9.924843, 5.840909, 4.604095, 4.032143, 3.707428, 3.499483, 3.355387, 3.249836, 3.169273, 3.105807,
        3.054540, 3.012276, 2.976843, 2.946713, 2.920782, 2.898231, 2.878440, 2.860935, 2.845340, 2.831360, 2.818756,
        2.807336, 2.796940, 2.787436, 2.778715, 2.770683, 2.763262, 2.756386, 2.749996,
    ],
    normal: 2.575_829_303_548_901,
};

/// The quantile at 0.975 for so many degrees of freedom, at least 1.
pub(super) fn t_975(freedom: usize) -> f64 {
    AT_975.of(freedom)
}

/// The quantile at 0.995 for so many degrees of freedom, at least 1.
pub(super) fn t_995(freedom: usize) -> f64 {
    AT_995.of(freedom)
}

impl Quantile {
    /// For up to 30 degrees of freedom from the usual table (*NIST/SEMATECH e-Handbook of Statistical Methods*,
    /// 1.3.6.7.2, here with six decimals); above, by the expansion around the normal quantile of Abramowitz & Stegun,
    /// *Handbook of Mathematical Functions*, 26.7.5, which is right to six digits there.
    fn of(&self, freedom: usize) -> f64 {
        let listed = freedom.checked_sub(1).and_then(|at| self.listed.get(at));
        listed.copied().unwrap_or_else(|| self.expanded(freedom.max(1) as f64))
    }

    fn expanded(&self, n: f64) -> f64 {
        let x = self.normal;
        let g1 = (x.powi(3) + x) / 4.0;
        let g2 = (5.0 * x.powi(5) + 16.0 * x.powi(3) + 3.0 * x) / 96.0;
        let g3 = (3.0 * x.powi(7) + 19.0 * x.powi(5) + 17.0 * x.powi(3) - 15.0 * x) / 384.0;
        x + g1 / n + g2 / n.powi(2) + g3 / n.powi(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probability that Student's t lies within ±`t`, by Simpson's rule over its density
    /// Γ((ν+1)/2) / (√(νπ)·Γ(ν/2)) · (1 + x²/ν)^(−(ν+1)/2).
    fn within(t: f64, freedom: u32) -> f64 {
        let nu = f64::from(freedom);
        // Γ((ν+1)/2) / Γ(ν/2), from that of ν − 2 by Γ(z + 1) = z·Γ(z).
        let first =
            if freedom % 2 == 1 { std::f64::consts::PI.sqrt().recip() } else { std::f64::consts::PI.sqrt() / 2.0 };
        let gammas = (1..freedom)
            .rev()
            .step_by(2)
            .take_while(|&v| v >= 2)
            .fold(first, |g, v| g * f64::from(v) / f64::from(v - 1));
        let density = |x: f64| gammas / (nu * std::f64::consts::PI).sqrt() * (1.0 + x * x / nu).powf(-(nu + 1.0) / 2.0);
        let steps = 20_000;
        let h = 2.0 * t / f64::from(steps);
        let weight = |i: i32| match i {
            0 => 1.0,
            i if i == steps => 1.0,
            i if i % 2 == 1 => 4.0,
            _ => 2.0,
        };
        (0..=steps).map(|i| weight(i) * density(-t + h * f64::from(i))).sum::<f64>() * h / 3.0
    }

    #[test]
    fn quantiles_leave_so_many_outside() {
        for freedom in (1..=40).chain([60, 120, 1000]) {
            for (quantile, share) in [(&AT_975, 0.95), (&AT_995, 0.99)] {
                let p = within(quantile.of(freedom as usize), freedom);
                assert!((p - share).abs() < 5e-7, "{freedom} degrees of freedom: {p}");
            }
        }
    }
}
