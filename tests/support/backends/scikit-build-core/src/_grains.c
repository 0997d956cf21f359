#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>

static PyObject *period(PyObject *self, PyObject *arguments)
{
    double planet, radius;
    if (!PyArg_ParseTuple(arguments, "dd", &planet, &radius))
        return NULL;
    return PyFloat_FromDouble(2 * 3.14159265358979 * sqrt(radius * radius * radius / planet));
}

static PyMethodDef methods[] = {{"period", period, METH_VARARGS, "Seconds."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_grains", NULL, -1, methods};

PyMODINIT_FUNC PyInit__grains(void)
{
    return PyModule_Create(&module);
}
