//! Faults that were found once, a file a kind: each says what the right value is, and failed before it was mended.
//!
//! `PARLAB=path cargo test --test all found::` strikes at another build of the program.
//!
//! | file | what went wrong |
//! |---|---|
//! | `f01_results_missing` | `done` was said of a run that lacked results |
//! | `f02_fits_not_converged` | fits that did not converge, or are not finite, counted as results |
//! | `f03_data_misread` | names of columns were taken for a sample |
//! | `f04_shares_beyond_one` | shares of one sentence came from two trials |
//! | `f05_below_zero` | an interval reached where its quantity cannot be |
//! | `f06_stopped_time` | time in which the workers were stopped was told as wall time |
//! | `f07_wrong_culprit` | the program was blamed for what others' load took |
//! | `f08_memory_limits` | limits of control groups and of the address space were unseen |
//! | `f09_terminal_unread` | a terminal that is not read kept the program from ending |
//! | `f10_preparing` | preparing heard neither keys, signals nor the time limit |
//! | `f11_ctrl_z` | workers went on behind a stopped program, or nothing could bring it back |
//! | `f12_signals` | signals ended the program without a report, or left the terminal raw |
//! | `f13_files_lost` | a file that was there was lost, or one that was asked for was not written, in silence |
//! | `f14_history_lost` | earlier runs were thrown away |
//! | `f15_escapes` | bytes of a name reached the terminal as they were |
//! | `f16_small_things` | terminals of no size, limits of processes, sealed memory, many threads, strangers' connections |
//! | `f17_wall_and_speedup` | the time beside a speedup was not the one it is made of |
//! | `f18_charts_wrecked` | one point decided what the others looked like |
//! | `f19_verdict_first` | a sentence was taken back by the next |
//! | `f20_spreads_named` | spreads beside each other meant different things |
//! | `f21_many_lanes` | with many workers or tasks the lanes told nothing |
//! | `f22_colours_and_marks` | a colour meant something else on each screen |
//! | `f23_keys` | a key threw away what was measured |
//! | `f24_room` | room was lacking at 80×24, and unused at 200×60 |
//! | `f25_poor_terminals` | characters that a font lacks; a recording that ends on nothing |
//! | `f26_what_it_is_about` | scenarios did not tell what they are about |
//! | `f27_terminals_known` | terminals were taken for others |
//! | `f28_drafts` | a changed form was dropped without a question |

mod f01_results_missing;
mod f02_fits_not_converged;
mod f03_data_misread;
mod f04_shares_beyond_one;
mod f05_below_zero;
mod f06_stopped_time;
mod f07_wrong_culprit;
mod f08_memory_limits;
mod f09_terminal_unread;
mod f10_preparing;
mod f11_ctrl_z;
mod f12_signals;
mod f13_files_lost;
mod f14_history_lost;
mod f15_escapes;
mod f16_small_things;
mod f17_wall_and_speedup;
mod f18_charts_wrecked;
mod f19_verdict_first;
mod f20_spreads_named;
mod f21_many_lanes;
mod f22_colours_and_marks;
mod f23_keys;
mod f24_room;
mod f24_room_wide;
mod f25_poor_terminals;
mod f26_what_it_is_about;
mod f27_terminals_known;
mod f28_drafts;
pub(crate) mod made;
