//! Gives a page the compiler: a question in JSON, an answer in JSON, both in the memory of the module.
//!
//! The page calls `reserve`, writes the question there, calls `edit`, and reads as many bytes as that returns from `answer`.

use std::cell::RefCell;

thread_local! {
    static QUESTION: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static ANSWER: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes room for a question of a length; the page writes it there.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(length: usize) -> *mut u8 {
    QUESTION.with_borrow_mut(|question| {
        question.clear();
        question.resize(length, 0);
        question.as_mut_ptr()
    })
}

/// Answers the question, and returns the length of the answer.
#[unsafe(no_mangle)]
pub extern "C" fn edit() -> usize {
    let question = QUESTION.take();
    ANSWER.with_borrow_mut(|answer| {
        *answer = initflow::json::edit(&String::from_utf8_lossy(&question));
        answer.len()
    })
}

/// Where the answer is.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    ANSWER.with_borrow(|answer| answer.as_ptr())
}
