//! Which mark a configuration has on every screen and in every chart: the backend decides the family, and so the colour;
//! what is told apart within it, the member.

use crate::chart::SeriesMark;
use crate::scenario::{BackendKind, Config};

/// What is told apart within a backend and a way that tasks take: threads a process, and where something is varied, and
/// so each number of workers is a series, those too; or by which interpreter.
type Variant = (Option<u32>, Option<u32>);

/// The marks of the configurations of a plan, in their order. Those of one series have the same mark.
pub fn series_marks(configs: &[Config]) -> Vec<SeriesMark> {
    let mut variants: Vec<(BackendKind, Variant)> =
        configs.iter().map(|config| (config.backend, variant(config))).collect();
    variants.sort_unstable();
    variants.dedup();
    configs.iter().map(|config| mark(config, &variants)).collect()
}

/// The ways that tasks take have marks by their place in the backend's table, whether a plan has them all or not.
fn mark(config: &Config, variants: &[(BackendKind, Variant)]) -> SeriesMark {
    let ways = config.backend.spec().dispatches;
    let way = ways.iter().position(|way| *way == config.dispatch).unwrap_or(0);
    let own = variants.iter().filter(|(backend, _)| *backend == config.backend);
    let rank = own.take_while(|(_, other)| *other < variant(config)).count();
    SeriesMark { family: config.backend.row(), member: way + ways.len() * rank }
}

fn variant(config: &Config) -> Variant {
    let point = config.point.as_ref();
    (config.per_process, point.map(|point| if point.name().is_some() { point.index } else { config.workers }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Dispatch, Point, Value};

    #[test]
    fn a_series_keeps_its_mark_whatever_else_is_run() {
        let config = Config::new;
        let pipe = |workers| Config { dispatch: Dispatch::Pipe, ..config(BackendKind::PROCESSES, workers) };
        let all = [
            config(BackendKind::SERIAL, 1),
            config(BackendKind::PROCESSES, 1),
            config(BackendKind::PROCESSES, 2),
            pipe(2),
            Config { per_process: Some(2), ..config(BackendKind::HYBRID, 4) },
            Config { per_process: Some(4), ..config(BackendKind::HYBRID, 4) },
            Config { per_process: Some(2), ..config(BackendKind::HYBRID, 8) },
        ];
        let marks = series_marks(&all);
        assert_eq!(marks.iter().map(|mark| mark.member).collect::<Vec<_>>(), [0, 0, 0, 1, 0, 1, 0]);
        for (config, mark) in all.iter().zip(&marks) {
            assert_eq!(mark.family, config.backend.row());
        }
        assert_eq!(series_marks(&all[3..4]), [marks[3]], "a pipe has its mark without the other way beside it");
    }

    #[test]
    fn each_number_of_workers_is_a_series_where_something_is_varied() {
        let varied = |workers| {
            let mut config = Config::new(BackendKind::THREADS, workers);
            config.point = Some(Point { index: 0, key: "steps".to_owned(), value: Value::Number(2.0) });
            config
        };
        let marks = series_marks(&[varied(1), varied(2), varied(4), varied(2)]);
        assert_eq!(marks.iter().map(|mark| mark.member).collect::<Vec<_>>(), [0, 1, 2, 1]);
    }
}
