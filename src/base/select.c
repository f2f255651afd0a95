/* SPDX-License-Identifier: BSD-2-Clause */
/* Hoare's quickselect, about its middle of three. */
#include "select.h"

static double middle_of(double a, double b, double c)
{
    if (a > b)
        return b > c ? b : a > c ? c : a;
    return a > c ? a : b > c ? c : b;
}

double opine_select(double *x, int n, int k)
{
    int first = 0, last = n - 1;

    while (first < last) {
        double pivot = middle_of(x[first], x[(first + last) / 2], x[last]);
        int i = first, j = last;

        while (i <= j) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i <= j) {
                double swap = x[i];

                x[i++] = x[j];
                x[j--] = swap;
            }
        }
        if (k <= j)
            last = j;
        else if (k >= i)
            first = i;
        else
            break;
    }
    return x[k];
}

double opine_percentile(double *x, int n, double share)
{
    double at = share * (n - 1);
    int below = (int)at;
    double value = opine_select(x, n, below), next = value;

    for (int i = below + 1; i < n; i++)
        next = i == below + 1 || x[i] < next ? x[i] : next;
    return value + (at - below) * (next - value);
}
