//! What a scenario that is fine means: every key, and what holds when it is absent.

use std::time::Duration;

use parlab::scenario::{
    Axis, BackendKind, Dispatch, Inputs, Interpreter, Order, Overrides, Runtime, Schedule, Source, Value,
    baseline_word, baselines,
};

use super::{catalog, parse, parse_with, with_sweep};

fn inputs(workload: &str) -> Inputs {
    let text = format!("title = 't'\n[workload]\nkind = 'sleep'\n{workload}");
    parse(&text).unwrap_or_else(|problems| panic!("{text}\n{problems}")).job.inputs
}

#[test]
fn what_is_absent_has_its_default() {
    let scenario = with_sweep("");
    assert_eq!((scenario.name.as_str(), scenario.title.as_str()), ("x", "t"));
    assert_eq!((scenario.summary.as_str(), scenario.lesson.as_str()), ("", ""));
    assert!(scenario.tags.is_empty());
    assert_eq!((scenario.job.order, scenario.job.seed), (Order::Given, 1235));
    let sweep = scenario.sweep;
    assert_eq!(sweep.backends, [BackendKind::THREADS, BackendKind::PROCESSES]);
    assert_eq!(sweep.workers, [1, 2]);
    assert_eq!((sweep.baseline, sweep.schedule), (Some(BackendKind::SERIAL), Schedule::Dynamic));
    assert_eq!((sweep.repeats, sweep.warmup, sweep.chunk), (3, 1, None));
    assert_eq!((sweep.include_startup, sweep.timeout), (false, Duration::from_secs(300)));
}

#[test]
fn the_contracts_example_is_understood() {
    let scenario = parse(
        r#"
        title   = "Threads meet the GIL"
        summary = "one line for the library"
        tags    = ["lecture", "cpu-bound"]
        lesson  = """What to look for, shown beside the results."""

        [workload]
        kind   = "countdown"
        steps  = 2e6
        inputs = [1, 8, 1.5, 2]

        [interpreter]
        gil = true
        switch_interval_ms = 2.5

        [sweep]
        backends = ["threads", "processes"]
        workers  = "1..cores+3"
        baseline = "serial"
        repeats  = 3
        warmup   = 1
        schedule = "dynamic"
        chunk    = 1
        order    = "given"
        include_startup = false
        seed     = 1235
        timeout_s = 60.0
        "#,
    )
    .unwrap();
    assert_eq!(scenario.tags, ["lecture", "cpu-bound"]);
    assert_eq!(scenario.lesson, "What to look for, shown beside the results.");
    assert_eq!(scenario.job.params["steps"], Value::Number(2e6));
    assert_eq!(scenario.job.inputs, Inputs::List(vec![1.0, 8.0, 1.5, 2.0]));
    assert_eq!(scenario.sweep.workers, [1, 2, 3, 4, 5]);
    assert_eq!(scenario.sweep.chunk, Some(1));
    assert_eq!(scenario.sweep.timeout, Duration::from_secs(60));
    assert_eq!(scenario.job.interpreter, Some(Interpreter { switch_interval_ms: 2.5 }));
}

#[test]
fn a_lock_is_there_if_asked_for() {
    let of = |table: &str| {
        let text = format!("title = 't'\n[workload]\nkind = 'square'\ntasks = 1\n{table}\n");
        parse(&text).unwrap_or_else(|problems| panic!("{problems}")).job.interpreter
    };
    let interval = |table| of(table).map(Interpreter::switch_interval);
    assert_eq!(interval("[interpreter]\ngil = true"), Some(Duration::from_millis(5)), "as CPython has it");
    assert_eq!(interval("[interpreter]\ngil = true\nswitch_interval_ms = 0.001"), Some(Duration::from_micros(1)));
    let without =
        ["", "[interpreter]", "[interpreter]\ngil = false", "[interpreter]\ngil = false\nswitch_interval_ms = 5"];
    assert!(without.into_iter().all(|table| of(table).is_none()));
}

#[test]
fn a_job_that_was_written_down_before_there_was_a_lock_is_understood() {
    let job = parse("title = 't'\n[workload]\nkind = 'square'\ntasks = 1\n").unwrap().job;
    let mut json = serde_json::to_value(&job).unwrap();
    json.as_object_mut().unwrap().remove("interpreter").expect("it is written down today");
    assert_eq!(serde_json::from_value::<parlab::scenario::Job>(json).unwrap(), job);
}

#[test]
fn inputs_come_in_four_forms() {
    assert_eq!(inputs("tasks = 1_000"), Inputs::Range { tasks: 1000 });
    assert_eq!(inputs("tasks = 1e9"), Inputs::Range { tasks: 1_000_000_000 });
    assert_eq!(inputs("inputs = [0x10, 1.5, 2e-3]"), Inputs::List(vec![16.0, 1.5, 0.002]));
    assert_eq!(inputs("inputs = { repeat = 2, times = 16 }"), Inputs::Repeat { value: 2.0, times: 16 });
    assert_eq!(
        inputs("[workload.inputs]\nrepeat = 2\ntimes = 1e12"),
        Inputs::Repeat { value: 2.0, times: 1_000_000_000_000 }
    );
    // The keys keep the order of the file, not that of the alphabet.
    let axis = |key: &str, values: &[f64]| Axis {
        key: key.to_owned(),
        values: values.iter().copied().map(Value::Number).collect(),
    };
    let grid = inputs("[grid]\nx = [1, 2]\nunit_s = [0.5, 0.25, 0.1]");
    assert_eq!(grid, Inputs::Grid(vec![axis("x", &[1.0, 2.0]), axis("unit_s", &[0.5, 0.25, 0.1])]));
    assert_eq!(grid.len(), 6);
    assert_eq!(grid.grid_point(2), [("x", &Value::Number(1.0)), ("unit_s", &Value::Number(0.1))]);
    assert_eq!(grid.x(3), 2.0);
}

#[test]
fn a_grid_of_words_and_whole_numbers_keeps_their_types() {
    let text = "title='t'\n[workload]\nkind='pi'\n[grid]\ndarts = [1e3, 5]\n";
    let Inputs::Grid(axes) = parse(text).unwrap().job.inputs else { panic!("no grid") };
    assert_eq!(axes[0].values, [Value::Whole(1000), Value::Whole(5)]);
    let text = "title='t'\n[workload]\nkind='crash'\n[grid]\nhow = ['kill', 'exit']\n\
                [sweep]\nbackends=['processes']\nbaseline='processes'\n";
    let Inputs::Grid(axes) = parse(text).unwrap().job.inputs else { panic!("no grid") };
    assert_eq!(axes[0].values, [Value::Word("kill".into()), Value::Word("exit".into())]);
}

#[test]
fn workers_are_a_list_a_number_or_an_array() {
    for (given, wanted) in [
        ("4", vec![4]),
        ("4.0", vec![4]),
        ("[3, 1, 2, 1]", vec![3, 1, 2]),
        ("'1,2,4'", vec![1, 2, 4]),
        ("'pow2..cores+3'", vec![1, 2, 4, 5]),
    ] {
        assert_eq!(with_sweep(&format!("workers = {given}")).sweep.workers, wanted, "{given}");
    }
}

#[test]
fn what_is_named_twice_counts_once() {
    let sweep = with_sweep("backends = ['processes', 'threads', 'processes']\nworkers = '2,1..3,2'").sweep;
    assert_eq!(sweep.backends, [BackendKind::PROCESSES, BackendKind::THREADS]);
    assert_eq!(sweep.workers, [2, 1, 3]);
}

#[test]
fn words_name_all_that_there_is() {
    for schedule in Schedule::ALL {
        let sweep = with_sweep(&format!("backends = ['threads']\nschedule = '{}'", schedule.word())).sweep;
        assert_eq!(sweep.schedule, schedule);
    }
    for order in Order::ALL {
        assert_eq!(with_sweep(&format!("order = '{}'", order.word())).job.order, order);
    }
    for dispatch in Dispatch::ALL {
        assert_eq!(with_sweep(&format!("dispatch = '{}'", dispatch.word())).sweep.dispatch, [dispatch]);
    }
    // What runs other programs is not of the kind that these have.
    let others = |backend: &BackendKind| backend.spec().runtime == Runtime::Parlab;
    for baseline in baselines().into_iter().filter(|baseline| baseline.as_ref().is_none_or(others)) {
        assert_eq!(with_sweep(&format!("baseline = '{}'", baseline_word(baseline))).sweep.baseline, baseline);
    }
    for backend in BackendKind::ALL.into_iter().filter(others) {
        assert_eq!(
            with_sweep(&format!("backends = ['{}']\nworkers = '1x2'", backend.word())).sweep.backends,
            [backend]
        );
    }
}

#[test]
fn bounds_are_within_what_is_allowed() {
    let sweep =
        with_sweep("repeats = 1000\nwarmup = 100\nworkers = 4096\nchunk = 1e12\ntimeout_s = 604800\nseed = 0").sweep;
    assert_eq!((sweep.repeats, sweep.warmup, sweep.chunk), (1000, 100, Some(1_000_000_000_000)));
    assert_eq!(with_sweep("seed = 18446744073709551615").job.seed, u64::MAX);
    assert_eq!(with_sweep("warmup = 0\nrepeats = 1").sweep.warmup, 0);
    assert_eq!(with_sweep("timeout_s = 1e-300").sweep.timeout, Duration::from_nanos(1));
}

#[test]
fn an_option_stands_in_for_its_key_and_leaves_the_rest() {
    let text = "title='t'\n[workload]\nkind='square'\ntasks=10\n[sweep]\nrepeats=5\nwarmup=2\nchunk=7\nworkers=1\n";
    let options = [
        ("backends", "threads, serial,threads"),
        ("workers", "1..cores+1"),
        ("repeats", "1e1"),
        ("schedule", "guided"),
        ("seed", "7"),
    ];
    let (plain, changed) = (parse(text).unwrap(), parse_with(text, &options, 2).unwrap());
    assert_eq!(changed.sweep.backends, [BackendKind::THREADS, BackendKind::SERIAL]);
    assert_eq!(changed.sweep.workers, [1, 2, 3]);
    assert_eq!((changed.sweep.repeats, changed.sweep.warmup, changed.sweep.chunk), (10, 2, Some(7)));
    assert_eq!((changed.sweep.schedule, changed.job.seed), (Schedule::Guided, 7));
    assert_eq!(changed.sha256, plain.sha256);
    let all = [("warmup", "0"), ("chunk", "3")];
    let changed = parse_with(text, &all, 2).unwrap();
    assert_eq!((changed.sweep.warmup, changed.sweep.chunk), (0, Some(3)));
}

#[test]
fn stealing_is_fine_for_threads_beside_a_serial_baseline() {
    for baseline in ["serial", "threads", "none"] {
        let body = format!("backends = ['threads']\nschedule = 'stealing'\nbaseline = '{baseline}'");
        assert_eq!(with_sweep(&body).sweep.schedule, Schedule::Stealing);
    }
}

#[test]
fn lines_may_end_as_on_windows() {
    let text =
        "title = 't'\r\nlesson = \"\"\"\r\none\r\ntwo\r\n\"\"\"\r\n[workload]\r\nkind = 'sleep'\r\ntasks = 4\r\n";
    assert_eq!(parse(text).unwrap().lesson, "one\ntwo");
    assert!(parse(&format!("\u{feff}{text}")).is_ok(), "a byte order mark is no mistake");
    let problems = parse(&text.replace("tasks = 4", "tasks = 0")).unwrap_err();
    assert_eq!(problems.to_string(), "x.toml:8: tasks = 0: must be at least 1");
}

#[test]
fn the_checksum_is_that_of_the_text() {
    let text = "title='t'\n[workload]\nkind='square'\ntasks=1\n";
    // printf %s "$text" | sha256sum
    assert_eq!(parse(text).unwrap().sha256, "236f1117868391019ee6af73d89200d57a2a46fd5827aebaddacdb41640734ae");
}

#[test]
fn every_known_key_is_known_where_it_belongs() {
    // What is asked for is known; this holds the list of homes, from which remedies are told, to the same keys.
    let top = ["title", "summary", "tags", "lesson"];
    let workload = ["kind", "inputs", "tasks"];
    let sweep = [
        "backends",
        "workers",
        "baseline",
        "repeats",
        "precision",
        "max_repeats",
        "max_seconds",
        "warmup",
        "schedule",
        "chunk",
        "order",
        "include_startup",
        "seed",
        "timeout_s",
    ];
    let interpreter = ["gil", "switch_interval_ms"];
    let homes = [("workload", &workload[..]), ("sweep", &sweep[..]), ("interpreter", &interpreter[..])];
    let said = |text: &str| parse(text).err().map(|problems| problems.to_string()).unwrap_or_default();
    for (home, keys) in homes {
        for key in keys {
            let astray = said(&format!("{key} = 1\n"));
            assert!(
                astray.contains(&format!("{key}: no such key at the top of the file; it belongs in [{home}]")),
                "{astray}"
            );
            let at_home = said(&format!("[{home}]\n{key} = 1\n"));
            assert!(!at_home.contains("no such key"), "{at_home}");
        }
    }
    for key in top {
        let astray = said(&format!("[sweep]\n{key} = 1\n"));
        assert!(
            astray.contains(&format!("{key}: no such key in [sweep]; it belongs at the top of the file")),
            "{astray}"
        );
        assert!(!said(&format!("{key} = 1\n")).contains("no such key"));
    }
}

#[test]
fn a_file_without_a_plain_name_is_refused() {
    let text = "title='t'\n[workload]\nkind='square'\ntasks=1\n";
    for name in ["", "a\u{1b}[2J"] {
        let problems = Source { name: name.to_owned(), ..Source::new("x.toml", text) }
            .parse(&catalog(2), &Overrides::default())
            .unwrap_err();
        assert!(problems.to_string().contains("rename the file"), "{problems}");
    }
}
