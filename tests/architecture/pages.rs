//! What the pages say can be found where they say it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{ROOT, services};

/// Folders that hold no pages of ours.
const ELSEWHERE: [&str; 4] = ["target", ".git", ".suda", "node_modules"];

fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(ROOT)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_symlink() || ELSEWHERE.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn every_link_of_every_page_leads_somewhere() {
    let pages = pages();
    assert!(pages.len() > 10, "the pages were not found");
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap())
        {
            let file = link.split('#').next().unwrap();
            if file.is_empty() || file.contains(':') {
                continue;
            }
            assert!(
                page.parent().unwrap().join(file).exists(),
                "{} points at {link}, which is not there",
                page.display()
            );
        }
    }
}

#[test]
fn every_service_is_described_under_the_six_headings() {
    for service in services() {
        let readme = fs::read_to_string(service.join("README.md")).unwrap();
        for heading in ["Owns", "Hears", "Tells", "Answers", "Keeps", "Alarms"] {
            assert!(
                readme.contains(heading),
                "{}/README.md says nothing of {heading}",
                service.display()
            );
        }
    }
}

/// A row of a rule table: the page, the articles that it cites, and the files that it names.
struct Rule {
    page: PathBuf,
    row: String,
    articles: BTreeSet<u32>,
    files: Vec<PathBuf>,
}

fn rules() -> Vec<Rule> {
    let mut pages = vec![PathBuf::from(ROOT).join("README.md")];
    pages.extend(services().iter().map(|service| service.join("README.md")));
    let mut rules = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let mut heading = "";
        for line in text.lines() {
            if !line.starts_with('|') {
                heading = "";
            } else if heading.is_empty() {
                heading = line;
            } else if heading.starts_with("| rule |") || heading.starts_with("| article |") {
                let mut cells = line.trim_matches('|').split('|');
                let (said, where_) = (cells.next().unwrap(), cells.next().unwrap());
                if !line.starts_with("|--") {
                    rules.push(Rule {
                        page: page.clone(),
                        row: line.to_owned(),
                        articles: articles(said),
                        files: files(page.parent().unwrap(), where_),
                    });
                }
            }
        }
    }
    rules
}

/// The files that a cell names in backticks; a name that is not from the root is the service's, or the adapters' library's.
fn files(beside: &Path, cell: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let named = cell.split('`').skip(1).step_by(2);
    for name in named.filter(|name| name.contains('.') || name.contains('/')) {
        let mut places = vec![
            PathBuf::from(ROOT).join(name),
            beside.join(name),
            beside.join("src").join(name),
            PathBuf::from(ROOT).join("services/adapter/src").join(name),
        ];
        places.extend(
            found
                .last()
                .map(|before| before.parent().unwrap().join(name)),
        );
        let place = places.into_iter().find(|place| match place.file_name() {
            Some(last) if last.to_string_lossy().starts_with('*') => {
                place.parent().unwrap().is_dir()
            }
            _ => place.exists(),
        });
        match place {
            Some(place) => found.push(place),
            None => panic!(
                "{}/README.md names {name}, which is nowhere",
                beside.display()
            ),
        }
    }
    found
}

/// The text of a file, or of all files that a name with `*` or of a folder stands for.
fn text(place: &Path) -> String {
    let name = place.file_name().unwrap().to_string_lossy().into_owned();
    let folder = if name.starts_with('*') {
        place.parent().unwrap()
    } else if place.is_dir() {
        place
    } else {
        return fs::read_to_string(place).unwrap();
    };
    let texts = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file());
    texts
        .map(|path| fs::read_to_string(path).unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_rule_of_a_table_stands_in_the_files_it_names_with_its_article() {
    let rules = rules();
    assert!(rules.len() > 15, "the rule tables were not found");
    for rule in rules {
        assert!(
            !rule.files.is_empty(),
            "{} names no file: {}",
            rule.page.display(),
            rule.row
        );
        let cited: BTreeSet<u32> = rule
            .files
            .iter()
            .flat_map(|file| articles(&text(file)))
            .collect();
        let missing: Vec<_> = rule.articles.difference(&cited).collect();
        assert!(
            missing.is_empty(),
            "{}: art. {missing:?} is cited in none of the files of this row: {}",
            rule.page.display(),
            rule.row
        );
    }
}

/// The articles that a text cites: "art. 12–18", "art. 15, 18(3)", "第二十一条".
fn articles(text: &str) -> BTreeSet<u32> {
    let mut cited = BTreeSet::new();
    for rest in text.split("art. ").skip(1) {
        let list: String = rest
            .chars()
            .take_while(|letter| letter.is_ascii_digit() || "(), –".contains(*letter))
            .collect();
        // A paragraph in brackets is no article.
        for number in list.split([',', '–', ' ']) {
            let end = number.find(|letter: char| !letter.is_ascii_digit());
            cited.extend(number[..end.unwrap_or(number.len())].parse::<u32>().ok());
        }
    }
    for rest in text.split('第').skip(1) {
        if let Some((number, _)) = rest.split_once('条') {
            cited.extend(chinese_number(number));
        }
    }
    cited
}

/// A number as laws write it, up to the hundreds.
fn chinese_number(text: &str) -> Option<u32> {
    let (mut sum, mut digit) = (0, 0);
    for letter in text.chars() {
        match letter {
            '百' | '十' => {
                sum += digit.max(1) * if letter == '百' { 100 } else { 10 };
                digit = 0;
            }
            _ => {
                let place = "零一二三四五六七八九"
                    .chars()
                    .position(|known| known == letter)?;
                digit = u32::try_from(place).ok()?;
            }
        }
    }
    Some(sum + digit)
}

#[test]
fn chinese_numbers_are_read() {
    assert_eq!(chinese_number("二十一"), Some(21));
    assert_eq!(chinese_number("十八"), Some(18));
    assert_eq!(chinese_number("二百零一"), Some(201));
    assert_eq!(chinese_number("三号第"), None);
}
