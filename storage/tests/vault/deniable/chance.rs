//! What varies by chance from vault to vault tells neither which of them are in use nor how many.
//!
//! A home with four profiles is used in pairs of sessions. For each pair it is drawn by lot whether both sessions are of one profile or
//! of two, and which these are; half of all pairs are of one. A reader who sees all files before and after the pair, which is more
//! than one copy, judges by one of the numbers that vary:
//!
//! - that the vaults in use are those in which it grew most, or least: by chance right in one of four pairs of one profile, in one
//!   of six of two;
//! - how many they are, by how far apart the four vaults grew: by chance pairs of one are spread further than pairs of two as often
//!   as the other way (the test of Mann and Whitney).
//!
//! The lots know nothing of the files. So if a session leaves the same behind whosever it is, each judgement is right with exactly these
//! probabilities, whatever happened before and however the vaults differ; nothing has to be assumed about sled. And if it does,
//! four profiles leave what two do, and two what one does. How probable it is that chance alone does as well as the reader is
//! computed, and the test fails below 8 · 10⁻⁸. There are twelve such comparisons, so it fails for no reason in less than one of a
//! million runs.
//!
//! What it finds: a reader who is right about the vaults in 8 of 10 pairs, with a probability of 0.91; or one for whom all
//! pairs of one are spread further than those of two. Smaller leaks are not found here. Homes that were made with one,
//! two and four profiles are compared in all other ways by the tests beside this one.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use undertone_storage::{Kind, Slot, Store};

use super::PASSPHRASES;
use super::reader::{Look, look_at_files, size_of};
use crate::fixture::{self, COST, Place};

/// Pairs of sessions that are judged, an even number.
const PAIRS: usize = 28;
/// The same for the control.
const FEW_PAIRS: usize = 20;
/// Commits of a session.
const COMMITS: u64 = 12;
/// What is less probable than this is no chance: twelve times as much is less than one in a million.
const IMPROBABLE: f64 = 8e-8;

/// What varies by chance, one number for each way.
fn chances(look: &Look) -> [(&'static str, f64); 4] {
    [
        ("size of the log", size_of(look, "db")),
        ("size of the snapshot", size_of(look, "snap")),
        ("position in the log", look.position as f64),
        ("entropy of the log", look.entropy["db"]),
    ]
}

/// One number of each vault, in each way.
type Ways = BTreeMap<&'static str, [f64; 4]>;

fn look(place: &Place) -> Ways {
    let mut ways = Ways::new();
    for vault in 0..4 {
        for (way, value) in chances(&look_at_files(&place.vault_number(vault))) {
            ways.entry(way).or_default()[usize::from(vault)] = value;
        }
    }
    ways
}

/// Whose the sessions of a pair were, and what grew in it.
struct Pair {
    used: BTreeSet<usize>,
    grown: Ways,
}

/// Messages of one day, and a state that is replaced.
fn session(store: &Store, number: u64) {
    let mut random = fixture::random(number);
    let slot = Slot::Conversation {
        conversation: [1; 16],
        day: 20_000,
    };
    for step in 0..COMMITS {
        let length = usize::try_from(fixture::below(&mut random, 2_500)).unwrap();
        let mut set = fixture::put(
            Kind::Message,
            &(number * 1_000 + step).to_be_bytes(),
            slot,
            &vec![1; length],
        );
        let state = fixture::value(&[2; 1_500]);
        set.put(Kind::Ratchet, &(step % 3).to_be_bytes(), Slot::State, state);
        store.commit(set).unwrap();
    }
}

/// Puts things into an order by lot.
fn shuffle<T>(things: &mut [T], lots: &mut ChaCha8Rng) {
    for last in (1..things.len()).rev() {
        let place = fixture::below(lots, last as u64 + 1);
        things.swap(last, usize::try_from(place).unwrap());
    }
}

/// Lives through so many pairs of sessions in a home with four profiles.
fn live(pairs: usize, deniable: bool) -> Vec<Pair> {
    let (place, first) = Place::in_memory(PASSPHRASES[0]);
    let others = PASSPHRASES[1..].iter();
    let others = others.map(|passphrase| first.create_beside(passphrase, COST).unwrap());
    let others: Vec<Store> = others.collect();
    let stores = [first].into_iter().chain(others);
    let vaults: Vec<usize> = stores
        .map(|store| {
            store.set_deniable(deniable).unwrap();
            let vault = usize::from(store.vault().number());
            store.lock().unwrap();
            vault
        })
        .collect();
    let mut lots = fixture::random(rand::random());
    let mut numbers: Vec<usize> = (0..pairs).map(|pair| 1 + pair % 2).collect();
    shuffle(&mut numbers, &mut lots);
    let mut before = look(&place);
    let mut lived = Vec::new();
    for (pair, number) in numbers.into_iter().enumerate() {
        let mut profiles = [0, 1, 2, 3];
        shuffle(&mut profiles, &mut lots);
        for turn in 0..2 {
            let passphrase = PASSPHRASES[profiles[turn % number]];
            // An ordinary opening writes all key files besides, which nothing here looks at.
            let store = Store::open_to_keep(&place.home, passphrase).unwrap();
            session(&store, (pair * 2 + turn) as u64);
            store.lock().unwrap();
        }
        let after = look(&place);
        let grown = after.iter().map(|(way, values)| {
            let grown = [0, 1, 2, 3].map(|vault| values[vault] - before[way][vault]);
            (*way, grown)
        });
        let used = profiles[..number].iter();
        lived.push(Pair {
            used: used.map(|profile| vaults[*profile]).collect(),
            grown: grown.collect(),
        });
        before = after;
    }
    lived
}

/// How probable so many right guesses are, or more, when each is right by chance with these probabilities.
fn probability(chances: &[f64], right: usize) -> f64 {
    let mut of = vec![1.0];
    for chance in chances {
        of.push(0.0);
        for count in (0..of.len()).rev() {
            let one_less = if count > 0 {
                of[count - 1] * chance
            } else {
                0.0
            };
            of[count] = of[count] * (1.0 - chance) + one_less;
        }
    }
    of[right..].iter().sum()
}

/// Guesses the vaults in use by what grew most, or least.
fn which(pairs: &[Pair], way: &str, is_most: bool) -> f64 {
    let (mut chances, mut right) = (Vec::new(), 0);
    for pair in pairs {
        let grown = &pair.grown[way];
        let mut vaults: Vec<usize> = (0..4).collect();
        vaults.sort_by(|one, other| grown[*one].total_cmp(&grown[*other]));
        if is_most {
            vaults.reverse();
        }
        let guess: BTreeSet<usize> = vaults.into_iter().take(pair.used.len()).collect();
        right += usize::from(guess == pair.used);
        chances.push(if pair.used.len() == 1 {
            1.0 / 4.0
        } else {
            1.0 / 6.0
        });
    }
    println!(
        "  {right} of {} right about the vaults, {way}, most: {is_most}",
        chances.len()
    );
    probability(&chances, right)
}

/// How probable it is that pairs of one profile are spread further than pairs of two, or less far, at least so clearly.
fn how_many(pairs: &[Pair], way: &str) -> f64 {
    let mut spreads: Vec<(f64, usize)> = pairs
        .iter()
        .map(|pair| {
            let grown = pair.grown[way];
            let most = grown.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let least = grown.iter().copied().fold(f64::INFINITY, f64::min);
            (most - least, pair.used.len())
        })
        .collect();
    // Equal ones stay in the order of the pairs, of which the lots know nothing either.
    spreads.sort_by(|one, other| one.0.total_cmp(&other.0));
    let ranks = (0..).zip(&spreads);
    let ranks = ranks.filter(|(_, (_, number))| *number == 1);
    let sum: usize = ranks.map(|(rank, _)| rank).sum();
    let chance = rank_sum(pairs.len(), sum);
    println!("  ranks of pairs of one profile, {way}: {sum}, by chance {chance:.3}");
    chance
}

/// How probable it is that half of so many ranks, from 0 on, drawn by lot, have a sum at least so far from its middle.
fn rank_sum(ranks: usize, sum: usize) -> f64 {
    let half = ranks / 2;
    let most = ranks * (ranks - 1) / 2;
    // In how many ways so many ranks have this sum.
    let mut ways = vec![vec![0.0; most + 1]; half + 1];
    ways[0][0] = 1.0;
    for rank in 0..ranks {
        for count in (1..=half).rev() {
            for sum in (rank..=most).rev() {
                ways[count][sum] += ways[count - 1][sum - rank];
            }
        }
    }
    let ways = &ways[half];
    let middle = most as f64 / 2.0;
    let distance = (sum as f64 - middle).abs();
    let far = ways.iter().enumerate();
    let far = far.filter(|(sum, _)| (*sum as f64 - middle).abs() >= distance);
    far.map(|(_, ways)| ways).sum::<f64>() / ways.iter().sum::<f64>()
}

#[test]
fn chance_tells_neither_which_vaults_are_in_use_nor_how_many() {
    let pairs = live(PAIRS, true);
    for way in pairs[0].grown.keys() {
        for is_most in [true, false] {
            let chance = which(&pairs, way, is_most);
            assert!(chance > IMPROBABLE, "{way} tells the vaults: {chance}");
        }
        let chance = how_many(&pairs, way);
        assert!(chance > IMPROBABLE, "{way} tells the number: {chance}");
    }
}

/// The control: without deniable mode the same reader is caught in fewer pairs.
#[test]
fn without_it_what_varies_tells_both() {
    let pairs = live(FEW_PAIRS, false);
    let way = "position in the log";
    let (vaults, number) = (which(&pairs, way, true), how_many(&pairs, way));
    assert!(vaults < IMPROBABLE && number < 1e-3, "{vaults} {number}");
}

#[test]
fn what_is_improbable_is_computed() {
    let near = |one: f64, other: f64| (one - other).abs() < 1e-12;
    assert!(near(probability(&[0.5; 3], 0), 1.0));
    assert!(near(probability(&[0.5; 3], 3), 0.125));
    assert!(near(probability(&[0.25, 0.5], 1), 1.0 - 0.75 * 0.5));
    assert!(near(probability(&[0.25, 0.5], 2), 0.125));
    // Of ranks 0 to 3 two are drawn in six ways, with sums from 1 to 5.
    assert!(near(rank_sum(4, 1), 2.0 / 6.0) && near(rank_sum(4, 5), 2.0 / 6.0));
    assert!(near(rank_sum(4, 3), 1.0));
    assert!(rank_sum(PAIRS, 91) < IMPROBABLE && rank_sum(FEW_PAIRS, 45) < 1e-3);
}
